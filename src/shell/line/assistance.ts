import type { Candidate } from '../command.ts';

export interface Completion {
  /** The line before the cursor is replaced from here. */
  from: number;
  /** What all candidates have in common. */
  text: string;
  decided: boolean;
  candidates: Candidate[];
  problem: string | null;
}

/** What helps while a line is typed. */
export interface Assistance {
  complete(before: string, signal: AbortSignal): Promise<Completion>;
  /** The lines for `?`. */
  help(before: string, signal: AbortSignal): Promise<string[]>;
  /** Lines typed before, oldest first. */
  history: readonly string[];
}

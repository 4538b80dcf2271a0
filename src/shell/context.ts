import type { Client } from '../api/client/client.ts';
import type { OperationView } from '../api/contract/operation-views.ts';
import type { ExitCode } from './failure.ts';
import type { Options } from './options.ts';
import type { Output } from './output.ts';
import type { TerminalSettings } from './terminal-settings.ts';

/** A command that may be typed next, and what for. */
export interface NextCommand {
  purpose: string;
  line: string;
}

/** What a command's handler has to work with. */
export interface Context {
  client: Client;
  output: Output;
  options: Options;
  /** The help on the commands that begin with these words. */
  helpOn(words: string): string[];
  /** Aborted by Ctrl-C. */
  signal: AbortSignal;
  nowMs(): number;
  /**
   * Prints the answer of a command that looks: JSON or YAML where asked for, else what `lines` makes of it. `next` is
   * what is sensible to type after it, for a person at a terminal.
   */
  answer<Answer>(
    value: Answer,
    lines: (value: Answer) => string[],
    next?: (value: Answer) => readonly NextCommand[],
  ): Promise<ExitCode>;
  /** Prints what comes for as long as it comes: one JSON object per line where that was asked for. Ctrl-C ends it. */
  stream<Item>(items: AsyncIterable<Item>, lines: (item: Item) => string[]): Promise<ExitCode>;
  /** Asks after these lines; `--yes` is a yes. Throws `usage` where nobody can be asked. */
  confirm(lines: readonly string[]): Promise<boolean>;
  /** Asks for a value without showing it. Throws `usage` where nobody can be asked. */
  readSecret(question: string): Promise<string>;
  /** Shows an operation live until it ends or Ctrl-C detaches. */
  follow(operation: OperationView): Promise<ExitCode>;
  /** Lines typed before, oldest first. */
  history(): readonly string[];
  /** The appliance that the session is in; null where it was not named and there is not just one. */
  appliance(): string | null;
  enterAppliance(name: string): void;
  /** Of this session; may be changed. */
  settings: TerminalSettings;
  leave(): void;
}

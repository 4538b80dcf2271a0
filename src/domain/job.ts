import type { SlotId } from './ids.ts';

/** `archive` is Belay's own doing (retention); the others somebody asked for. */
export type JobKind = 'archive' | 'export' | 'import' | 'delete' | 'delete-release' | 'delete-engines' | ImageJobKind;

/** Work on images, which goes on beside work on snapshots. */
export type ImageJobKind = 'export-bundle' | 'import-bundle' | 'mirror';

export const isImageJob = (kind: JobKind): kind is ImageJobKind =>
  kind === 'export-bundle' || kind === 'import-bundle' || kind === 'mirror';

/**
 * Work on snapshots and images beside what runs: no step of any operation, and nothing that serves is touched by it.
 * One that a daemon left unfinished has failed. Of work on snapshots nothing is left then; of work on images what had
 * come is kept, and the same again goes on from there.
 */
export interface Job {
  id: string; // J and ten capital letters
  kind: JobKind;
  /** Null while it is not known whose snapshot a file is. */
  appliance: string | null;
  snapshot: SlotId | null;
  /** The file that is written or read; for a mirror, its registry. */
  file: string | null;
  by: string;
  state: 'running' | 'done' | 'failed';
  /** What came of it, in one sentence; null while it runs. */
  message: string | null;
  hint: string | null;
  startedAt: Date;
  endedAt: Date | null;
}

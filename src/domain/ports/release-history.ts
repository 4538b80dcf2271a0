import type { ReleaseId, SlotId } from '../ids.ts';
import type { Note } from '../note.ts';
import type { Release, ReleaseStatus } from '../release.ts';

/** A release without its services: what it takes to name it. */
export interface ReleaseName {
  id: ReleaseId;
  version: string;
  status: ReleaseStatus;
  createdAt: Date;
}

/** The releases of an appliance as a history, which may be long: candidates are left out, the newest comes first. */
export interface ReleaseHistory {
  /** The newest, or those that came right before `before`. Not at all where there is no such release. */
  page(appliance: string, page: { limit: number; before?: ReleaseId | undefined }): Release[];
  names(appliance: string, limit: number): ReleaseName[];
  /** Those that have this data. */
  onSlot(slot: SlotId): Release[];
  /** Those that were left and whose data is still a slot: not archived, not deleted. */
  left(appliance: string, limit: number): Release[];
  /** What is written about a release; null where nothing is. */
  note(release: ReleaseId): Note | null;
  /** From now on this is. The earlier ones stay in the record; an empty one means that there is none. */
  keepNote(release: ReleaseId, note: Note): void;
}

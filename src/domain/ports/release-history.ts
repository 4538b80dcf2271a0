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

/** A release that can be gone back to with its data: at once, or after its archive has been unpacked. */
export interface WayBack {
  release: ReleaseId;
  version: string;
  data: 'slot' | 'archive';
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
  /** Those that have run, or came from another host, and whose data is there: the newest of each version. */
  waysBack(appliance: string): WayBack[];
  /** What is written about a release; null where nothing is. */
  note(release: ReleaseId): Note | null;
  /** From now on this is. The earlier ones stay in the record; an empty one means that there is none. */
  keepNote(release: ReleaseId, note: Note): void;
}

import type { SlotId } from '../ids.ts';
import type { Job } from '../job.ts';
import type { Release } from '../release.ts';
import type { Slot, SlotArchive } from '../slot.ts';

/** What the journal keeps of snapshots and of the work on them. Each method that writes is one transaction. */
export interface Snapshots {
  /**
   * A frozen slot is an archive from now on; what it had as a slot is left over. `refused` where it is not frozen
   * any more, `busy` while an operation of its appliance runs.
   */
  archived(slot: SlotId, archive: SlotArchive): void;
  /** A snapshot is gone from now on; what it had is left over. Refused as `archived`. */
  discarded(slot: SlotId): void;
  /** Slots of which something is left over. */
  withLeftovers(): Slot[];
  cleared(slot: SlotId): void;
  /** A snapshot from outside, with its release where it has one; makes the appliance where there is none. */
  imported(slot: Slot, release: Release | null): void;

  begin(job: Job): void;
  end(
    id: string,
    state: 'done' | 'failed',
    outcome: Pick<Job, 'message' | 'hint' | 'snapshot' | 'appliance'>,
    at: Date,
  ): void;
  job(id: string): Job | null;
  unfinishedJobs(): Job[];
}

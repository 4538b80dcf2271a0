import { toBelayError } from '../../domain/errors.ts';
import type { Job } from '../../domain/job.ts';
import type { PackProgress } from '../../domain/ports/archive-store.ts';
import type { World } from '../../domain/ports/world.ts';
import type { Slot } from '../../domain/slot.ts';
import type { JobProgress, Jobs } from '../../runner/jobs.ts';
import { clearLeftovers } from '../../sequences/clear-leftovers.ts';
import { slotsToArchive } from '../../sequences/retention.ts';
import { archiveSlot } from '../../sequences/snapshots.ts';

export interface Attention {
  message: string;
  hint: string | null;
}

/** How far a pack is, as a job shows it: written once, and read back once. */
export function packed({ doneBytes, files, phase }: PackProgress, dataBytes: number): JobProgress {
  return {
    doneBytes,
    totalBytes: dataBytes,
    detail: `${phase}, ${files.toLocaleString('en-US')} ${files === 1 ? 'file' : 'files'}`,
  };
}

/**
 * Keeps slots as the policy of their appliance wants them: the older ones become archives, and what archived and
 * deleted ones have left over goes. In the background, never while an operation of the appliance runs; nothing is
 * removed before its archive has been verified.
 */
export class Retention {
  readonly #world: World;
  readonly #jobs: Jobs;
  readonly #troubles = new Map<string, Attention>();
  readonly #tending = new Map<string, Promise<void>>();
  #isClosed = false;

  constructor(world: World, jobs: Jobs) {
    this.#world = world;
    this.#jobs = jobs;
  }

  /** Looks after an appliance now; one look at a time. */
  tend(appliance: string): Promise<void> {
    const before = this.#tending.get(appliance) ?? Promise.resolve();
    const now = before.then(() => this.#look(appliance)).catch((thrown) => this.#note(appliance, thrown));
    this.#tending.set(appliance, now);
    return now;
  }

  /** Gives way to an operation. Resolves when nothing of the appliance is touched any more. */
  async giveWay(appliance: string): Promise<void> {
    const isOwn = (job: Job) => job.kind === 'archive' && job.appliance === appliance;
    await this.#jobs.stop(isOwn, 'An operation has begun; the archive is made after it.');
    await this.#tending.get(appliance);
  }

  trouble(appliance: string): Attention | null {
    return this.#troubles.get(appliance) ?? null;
  }

  close(): void {
    this.#isClosed = true;
  }

  async #look(name: string): Promise<void> {
    const { journal } = this.#world;
    this.#troubles.delete(name);
    for (const slot of journal.snapshots.withLeftovers()) {
      if (slot.appliance === name && !this.#isBusy(name)) await clearLeftovers(this.#world, slot);
    }
    for (let slot = this.#next(name); slot && !this.#isBusy(name); slot = this.#next(name)) {
      const archived = await this.#archive(slot);
      if (!archived) return;
    }
  }

  #next(name: string): Slot | undefined {
    const { journal } = this.#world;
    const appliance = journal.appliance(name);
    const active = appliance && journal.release(appliance.active);
    return active ? slotsToArchive(journal, active, appliance.policy.retention.instant)[0] : undefined;
  }

  #isBusy(name: string): boolean {
    return this.#isClosed || this.#world.journal.operations(name, 1)[0]?.state === 'running';
  }

  /** Whether the slot is an archive now. What keeps it from becoming one is kept for people to see. */
  async #archive(slot: Slot): Promise<boolean> {
    let trouble: unknown = null;
    const request = { kind: 'archive' as const, appliance: slot.appliance, snapshot: slot.id, file: null, by: 'belay' };
    const job = this.#jobs.start(request, async ({ signal, report }) => {
      try {
        const onProgress = (progress: PackProgress) => report(packed(progress, 0));
        await archiveSlot(this.#world, slot, { onProgress, signal });
        return { message: `${slot.id} is an archive now.` };
      } catch (thrown) {
        if (!signal.aborted) trouble = thrown;
        throw thrown;
      }
    });
    await this.#jobs.settled(job.id);
    if (trouble) this.#note(slot.appliance, trouble, `The snapshot ${slot.id} stays as it is and is not archived. `);
    return this.#world.journal.slot(slot.id)?.state === 'archived';
  }

  #note(appliance: string, thrown: unknown, what = ''): void {
    const { message, hint } = toBelayError(thrown);
    this.#troubles.set(appliance, { message: what + message, hint });
  }
}

import { BelayError } from '../../domain/errors.ts';
import type { Job } from '../../domain/job.ts';
import type { PackProgress } from '../../domain/ports/archive-store.ts';
import type { Appliance } from '../../domain/ports/journal.ts';
import type { World } from '../../domain/ports/world.ts';
import type { Release } from '../../domain/release.ts';
import type { Slot } from '../../domain/slot.ts';
import { heldBy, outdated } from '../../domain/takeover.ts';
import { type JobControl, type JobOutcome, Jobs } from '../../runner/jobs.ts';
import { clearLeftovers, othersOn } from '../../sequences/clear-leftovers.ts';
import { deleteOrphans, planOrphanDeletion } from '../../sequences/delete-orphans.ts';
import { deleteRelease, planReleaseDeletion } from '../../sequences/delete-release.ts';
import { mustSnapshot } from '../../sequences/plan-restore.ts';
import { exportSnapshot, importSnapshot } from '../../sequences/snapshots.ts';
import type { ImportInput } from '../contract/snapshot-views.ts';
import { refuseObstacles } from './obstacles.ts';
import { packed, Retention } from './retention.ts';

/** What can be done with snapshots beside what runs. Everything that takes time is a job. */
export class SnapshotService {
  readonly jobs: Jobs;
  readonly retention: Retention;
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
    this.jobs = new Jobs(world);
    this.retention = new Retention(world, this.jobs);
  }

  /** Before anything else: what an earlier daemon was cut off at has failed, and leaves nothing behind. */
  async endLeft(): Promise<void> {
    const { journal, archives, clock } = this.#world;
    for (const job of journal.snapshots.unfinishedJobs()) {
      if (job.kind === 'export' && job.file) await archives.abandon(job.file);
      const outcome = { ...job, message: 'The Belay daemon was cut off.', hint: 'Type the command again.' };
      journal.snapshots.end(job.id, 'failed', outcome, clock.now());
    }
    await archives.sweep();
  }

  /** Once every operation has ended that an earlier daemon left. */
  tendAll(): void {
    for (const { name } of this.#world.journal.appliances()) void this.retention.tend(name);
  }

  async close(): Promise<void> {
    this.retention.close();
    await this.jobs.stop(() => true, 'The Belay daemon is stopping.');
  }

  /** `busy` where a slot that an operation would take over is being read. */
  refuseInUse(slot: string): void {
    const job = this.jobs.running().find(({ snapshot, kind }) => snapshot === slot && kind !== 'archive');
    if (!job) return;
    throw new BelayError('busy', `The snapshot ${slot} is in use: ${job.kind} ${job.id}, by ${job.by}.`, {
      hint: 'Wait for it to end, then type the command again.',
    });
  }

  /** Throws what would stop an export at once. */
  async planExport(appliance: Appliance, id: string, file: string): Promise<{ snapshot: string; file: string }> {
    const slot = mustSnapshot(this.#world.journal, appliance.name, id);
    await this.#world.archives.requireWritable(file);
    return { snapshot: slot.id, file };
  }

  export(appliance: Appliance, id: string, file: string, by: string): Job {
    const slot = mustSnapshot(this.#world.journal, appliance.name, id);
    return this.#start({ kind: 'export', appliance: appliance.name, snapshot: slot.id, file, by }, async (control) => {
      // It may have become an archive while it waited for its turn.
      const now = mustSnapshot(this.#world.journal, appliance.name, slot.id);
      const dataBytes = now.archive?.dataBytes ?? 0;
      const { sizeBytes, unwelcome } = await exportSnapshot(this.#world, now, file, watching(control, dataBytes));
      const message = `${slot.id} is in ${file} (${mebibytes(sizeBytes)}), with its release.`;
      if (!unwelcome) return { message };
      const { members, first } = unwelcome;
      const more = members > 1 ? `, and ${members - 1} more like it` : '';
      return { message, hint: `! import snapshot refuses this file on another host: ${first}${more}.` };
    });
  }

  import(appliance: Appliance | null, { file, allow = [] }: ImportInput, by: string): Job {
    const into = appliance?.name ?? null;
    return this.#start({ kind: 'import', appliance: into, snapshot: null, file, by }, async (control) => {
      const request = { file, appliance: into, allow, by };
      const { slot, release } = await importSnapshot(this.#world, request, watching(control, 0));
      const found = { snapshot: slot.id, appliance: slot.appliance };
      if (!release) {
        return { ...found, message: `${file} is the snapshot ${slot.id}.`, hint: `Next: restore system ${slot.id}` };
      }
      const isNew = into === null;
      return {
        ...found,
        message: `${file} is the snapshot ${slot.id} of ${slot.appliance}, with its release ${release.id} (${release.version}).`,
        hint: isNew
          ? `To bring it up: rollback system to ${release.id}`
          : `Next: restore system ${slot.id}, or with its version: rollback system to ${release.id}`,
      };
    });
  }

  async delete(appliance: Appliance, id: string, by: string): Promise<Job> {
    const { journal } = this.#world;
    const slot = mustSnapshot(journal, appliance.name, id);
    this.refuseInUse(slot.id);
    const others = slot.archive ? [] : await othersOn(this.#world, slot);
    if (others.length > 0) {
      throw new BelayError('refused', `The data of ${slot.id} is used by another container: ${others.join(', ')}.`, {
        hint: 'Remove that one first.',
      });
    }
    await this.retention.giveWay(appliance.name);
    journal.snapshots.discarded(slot.id);
    return this.#start({ kind: 'delete', appliance: appliance.name, snapshot: slot.id, file: null, by }, async () => {
      await clearLeftovers(this.#world, journal.slot(slot.id) as Slot);
      return { message: `${slot.id} is deleted.` };
    });
  }

  /** Removes the containers of a release that was left. Its data and its record stay. */
  async deleteRelease(appliance: Appliance, id: string, by: string): Promise<Job> {
    const { journal } = this.#world;
    const activeNow = () => journal.release(journal.appliance(appliance.name)?.active ?? '') as Release;
    const active = activeNow();
    const { obstacles, release } = await planReleaseDeletion(this.#world, active, id);
    refuseObstacles(obstacles);
    const [latest] = journal.operations(appliance.name, 1);
    if (latest?.state === 'running') throw heldBy(latest);
    if (activeNow().id !== active.id) throw outdated(appliance.name);
    const { slot } = journal.release(release) as Release;
    this.refuseInUse(slot);
    const request = { kind: 'delete-release' as const, appliance: appliance.name, snapshot: slot, file: null, by };
    return this.#start(request, async () => {
      const { version, data } = await deleteRelease(this.#world, activeNow(), release);
      const stays = data ? ` Its data stays as the snapshot ${data.snapshot}.` : '';
      return {
        message: `The containers of ${version} (${release}) are removed.${stays}`,
        hint: `To go back to it, they are made again: rollback system to ${release}`,
      };
    });
  }

  /** Removes the containers of service engines that a rollback has cut off: of one, or of all. */
  async deleteOrphans(appliance: Appliance, name: string | undefined, by: string): Promise<Job> {
    const { journal } = this.#world;
    await planOrphanDeletion(this.#world, appliance.name, name);
    const [latest] = journal.operations(appliance.name, 1);
    if (latest?.state === 'running') throw heldBy(latest);
    const request = { kind: 'delete-engines' as const, appliance: appliance.name, snapshot: null, file: null, by };
    return this.#start(request, async () => {
      const removed = await deleteOrphans(this.#world, appliance.name, name);
      const what =
        removed.length === 1 ? `The service engine ${removed[0]} is` : `${removed.length} service engines are`;
      return { message: `${what} removed.` };
    });
  }

  /** What somebody asks for goes first: retention goes on after it. */
  #start(request: Parameters<Jobs['start']>[0], work: (control: JobControl) => Promise<JobOutcome>): Job {
    const { appliance } = request;
    const paused = appliance === null ? Promise.resolve() : this.retention.giveWay(appliance);
    const job = this.jobs.start(request, async (control) => {
      await paused;
      return work(control);
    });
    if (appliance !== null) void this.jobs.settled(job.id).then(() => this.retention.tend(appliance));
    return job;
  }
}

const watching = ({ report, signal }: JobControl, dataBytes: number) => ({
  onProgress: (progress: PackProgress) => report(packed(progress, dataBytes)),
  signal,
});

const mebibytes = (sizeBytes: number): string => `${Math.max(0.1, sizeBytes / (1 << 20)).toFixed(1)} MiB`;

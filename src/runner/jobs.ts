import { BelayError, toBelayError } from '../domain/errors.ts';
import { newJobId, type SlotId } from '../domain/ids.ts';
import { isImageJob, type Job, type JobKind } from '../domain/job.ts';
import type { World } from '../domain/ports/world.ts';

export interface JobRequest {
  kind: JobKind;
  appliance: string | null;
  snapshot: SlotId | null;
  file: string | null;
  by: string;
}

export interface JobProgress {
  doneBytes: number;
  /** 0 where it is not known beforehand. */
  totalBytes: number;
  detail: string;
}

export interface JobOutcome {
  message: string;
  hint?: string;
  snapshot?: SlotId;
  appliance?: string;
}

export interface JobControl {
  signal: AbortSignal;
  report(progress: JobProgress): void;
}

interface Running {
  job: Job;
  abort: AbortController;
  ended: Promise<void>;
  progress: JobProgress | null;
}

/**
 * Runs work on snapshots in the background, one piece after the other, and work on images beside it in the same way;
 * each with its line in the journal.
 */
export class Jobs {
  readonly #world: World;
  readonly #running = new Map<string, Running>();
  readonly #last = { snapshots: Promise.resolve(), images: Promise.resolve() };

  constructor(world: World) {
    this.#world = world;
  }

  /** Accepts a job: it is in the journal when this returns. */
  start(request: JobRequest, work: (control: JobControl) => Promise<JobOutcome>): Job {
    const { journal, clock } = this.#world;
    const job: Job = {
      ...request,
      id: newJobId(),
      state: 'running',
      message: null,
      hint: null,
      startedAt: clock.now(),
      endedAt: null,
    };
    journal.snapshots.begin(job);
    const abort = new AbortController();
    const running: Running = { job, abort, progress: null, ended: Promise.resolve() };
    const control: JobControl = {
      signal: abort.signal,
      report: (progress) => {
        running.progress = progress;
      },
    };
    const lane = isImageJob(job.kind) ? 'images' : 'snapshots';
    running.ended = this.#last[lane].then(() => this.#run(running, () => work(control)));
    this.#last[lane] = running.ended;
    this.#running.set(job.id, running);
    return job;
  }

  job(id: string): { job: Job; progress: JobProgress | null } | null {
    const job = this.#world.journal.snapshots.job(id);
    return job && { job, progress: this.#running.get(id)?.progress ?? null };
  }

  running(): Job[] {
    return [...this.#running.values()].map(({ job }) => job);
  }

  async settled(id: string): Promise<void> {
    await this.#running.get(id)?.ended;
  }

  /** Aborts the jobs that fit, and waits until they have cleared away what they had begun. */
  async stop(which: (job: Job) => boolean, why: string): Promise<void> {
    const stopped = [...this.#running.values()].filter(({ job }) => which(job));
    for (const { abort } of stopped) abort.abort(new BelayError('interrupted', why));
    await Promise.all(stopped.map(({ ended }) => ended));
  }

  async #run({ job, abort }: Running, work: () => Promise<JobOutcome>): Promise<void> {
    const { journal, clock } = this.#world;
    const known = { snapshot: job.snapshot, appliance: job.appliance };
    try {
      abort.signal.throwIfAborted();
      const { message, hint, ...found } = await work();
      journal.snapshots.end(job.id, 'done', { ...known, ...found, message, hint: hint ?? null }, clock.now());
    } catch (thrown) {
      const { message, hint } = toBelayError(abort.signal.aborted ? abort.signal.reason : thrown);
      try {
        journal.snapshots.end(job.id, 'failed', { ...known, message, hint }, clock.now());
      } catch {
        // The journal itself is unusable: the next daemon ends the job.
      }
    } finally {
      this.#running.delete(job.id);
    }
  }
}

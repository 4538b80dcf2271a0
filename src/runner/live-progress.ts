import type { OperationId } from '../domain/ids.ts';
import type { StepProgress } from '../domain/operation.ts';
import type { Clock } from '../domain/ports/clock.ts';

const NOTHING: StepProgress = { fraction: null, doneBytes: null, totalBytes: null, detail: null };
const MIN_INTERVAL_MS = 100;

/**
 * How far the running steps are. Kept in memory only: the journal holds what must survive. Announces
 * each operation at most ten times a second.
 */
export class LiveProgress {
  readonly #byOperation = new Map<OperationId, Map<string, StepProgress>>();
  readonly #lastAnnouncedMs = new Map<OperationId, number>();
  readonly #clock: Clock;
  readonly #announce: (operation: OperationId) => void;

  constructor(clock: Clock, announce: (operation: OperationId) => void) {
    this.#clock = clock;
    this.#announce = announce;
  }

  report(operation: OperationId, step: string, progress: Partial<StepProgress>): void {
    const steps = this.#byOperation.get(operation) ?? new Map<string, StepProgress>();
    steps.set(step, { ...(steps.get(step) ?? NOTHING), ...progress });
    this.#byOperation.set(operation, steps);
    const nowMs = this.#clock.monotonicMs();
    if (nowMs - (this.#lastAnnouncedMs.get(operation) ?? -MIN_INTERVAL_MS) < MIN_INTERVAL_MS) return;
    this.#lastAnnouncedMs.set(operation, nowMs);
    this.#announce(operation);
  }

  of(operation: OperationId, step: string): StepProgress {
    return this.#byOperation.get(operation)?.get(step) ?? NOTHING;
  }

  forget(operation: OperationId): void {
    this.#byOperation.delete(operation);
    this.#lastAnnouncedMs.delete(operation);
  }
}

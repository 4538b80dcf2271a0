import { type Confirmation, deadlineIn, leftToConfirmMs } from '../domain/confirmation.ts';
import { writeDuration } from '../domain/duration.ts';
import { toBelayError } from '../domain/errors.ts';
import type { OperationId } from '../domain/ids.ts';
import type { World } from '../domain/ports/world.ts';

/** Short, because a machine that was asleep has to notice soon that time has passed. */
const TICK_MS = 1_000;
const SHORTEST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 300_000;

export interface ConfirmationWatchOptions {
  world: Pick<World, 'journal' | 'clock'>;
  /**
   * Begins the ordinary rollback from a release that was not confirmed, and gives the operation's id; null where it has
   * been confirmed meanwhile. Rejects with the reason where it cannot begin.
   */
  goBack(confirmation: Confirmation, because: string): Promise<OperationId | null>;
  /** What keeps an appliance from going back, in one sentence; null when nothing does any more. */
  onTrouble(appliance: string, trouble: string | null): void;
}

interface Attempt {
  /** The rollback that was begun; null where none could be. */
  rollback: OperationId | null;
  nextAtMs: number;
  pauseMs: number;
}

/** Sees to it that a release goes back by itself that nobody confirms in time. Begun anew with each daemon. */
export class ConfirmationWatch {
  readonly #options: ConfirmationWatchOptions;
  readonly #attempts = new Map<OperationId, Attempt>();

  constructor(options: ConfirmationWatchOptions) {
    this.#options = options;
  }

  /** Until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options.world;
    while (!signal.aborted) {
      const nextMs = await this.tick().catch(() => TICK_MS); // the journal cannot be read just now
      await clock.sleep(Math.max(10, Math.min(TICK_MS, nextMs)), signal).catch(() => undefined);
    }
  }

  /** Looks at every deadline once. Returns how long the next one takes, in milliseconds. */
  async tick(): Promise<number> {
    const { journal, clock } = this.#options.world;
    const pending = journal.confirmations.pending();
    for (const operation of this.#attempts.keys()) {
      if (!pending.some((each) => each.operation === operation)) this.#forget(operation);
    }
    let nextMs = TICK_MS;
    for (const confirmation of pending) {
      const leftMs = leftToConfirmMs(confirmation, clock);
      // From here on this boot's clock counts: a wall clock that is set later, as after most reboots, has no say.
      if (confirmation.bootId !== clock.bootTime().bootId) {
        journal.confirmations.move(confirmation.operation, deadlineIn(leftMs, clock));
      }
      if (leftMs === 0) await this.#goBack(confirmation);
      else nextMs = Math.min(nextMs, leftMs);
    }
    return nextMs;
  }

  async #goBack(confirmation: Confirmation): Promise<void> {
    const { world, goBack, onTrouble } = this.#options;
    const { appliance, operation } = confirmation;
    const nowMs = world.clock.monotonicMs();
    const before = this.#attempts.get(operation);
    const rollback = before?.rollback ? world.journal.operation(before.rollback) : null;
    if (rollback?.state === 'running') return;
    if (rollback?.reason) onTrouble(appliance, rollback.reason);
    if (before && nowMs < before.nextAtMs) return;
    const pauseMs = Math.min(LONGEST_PAUSE_MS, before ? before.pauseMs * 2 : SHORTEST_PAUSE_MS);
    const attempt: Attempt = { rollback: null, nextAtMs: nowMs + pauseMs, pauseMs };
    try {
      attempt.rollback = await goBack(confirmation, this.#reasonOf(confirmation));
    } catch (thrown) {
      const error = toBelayError(thrown);
      // Whoever holds the appliance lets go of it soon.
      if (error.code === 'busy') Object.assign(attempt, { nextAtMs: nowMs, pauseMs: SHORTEST_PAUSE_MS / 2 });
      onTrouble(appliance, `${this.#reasonOf(confirmation)} It could not go back yet: ${error.message}`);
    }
    this.#attempts.set(operation, attempt);
  }

  #forget(operation: OperationId): void {
    const { journal } = this.#options.world;
    this.#attempts.delete(operation);
    const appliance = journal.operation(operation)?.appliance;
    if (appliance) this.#options.onTrouble(appliance, null);
  }

  #reasonOf({ release, windowMs }: Confirmation): string {
    const version = this.#options.world.journal.release(release)?.version ?? release;
    return `${version} was not confirmed within ${writeDuration(windowMs)}.`;
  }
}

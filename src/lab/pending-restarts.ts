import { nextDelayMs } from './restart-policy.ts';

/** Containers that wait for their next start, and how long each has waited the last time. */
export class PendingRestarts {
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #delaysMs = new Map<string, number>();

  /**
   * Calls `onDue` after the container's delay. Its `claim` is true once, and only where the restart has not been
   * cancelled since.
   */
  schedule(id: string, ranMs: number, onDue: (claim: () => boolean) => void): void {
    const delayMs = nextDelayMs(this.#delaysMs.get(id) ?? 0, ranMs);
    this.#delaysMs.set(id, delayMs);
    const claim = () => this.#timers.get(id) === timer && this.#timers.delete(id);
    const timer = setTimeout(() => onDue(claim), delayMs);
    this.#timers.set(id, timer);
  }

  /** Whether one was waiting. */
  cancel(id: string): boolean {
    clearTimeout(this.#timers.get(id));
    return this.#timers.delete(id);
  }

  /** The next wait is again the first one. */
  forget(id: string): void {
    this.#delaysMs.delete(id);
  }
}

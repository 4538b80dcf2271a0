const MOST_TRIES = 10;
const WINDOW_MS = 60_000;
const MOST_ADDRESSES = 1_000;

/** Counts wrong tokens: after ten within a minute nothing from that address is looked at until the minute is over. */
export class FailedTries {
  readonly #byAddress = new Map<string, { count: number; untilMs: number }>();

  /** How long the address has to wait; 0 where it need not. */
  waitMs(address: string, nowMs: number): number {
    const tries = this.#byAddress.get(address);
    return tries && tries.count >= MOST_TRIES ? Math.max(0, tries.untilMs - nowMs) : 0;
  }

  add(address: string, nowMs: number): void {
    const tries = this.#byAddress.get(address);
    if (tries && tries.untilMs > nowMs) {
      tries.count += 1;
      return;
    }
    const [oldest] = this.#byAddress.keys();
    if (oldest !== undefined && this.#byAddress.size >= MOST_ADDRESSES) this.#byAddress.delete(oldest);
    this.#byAddress.delete(address);
    this.#byAddress.set(address, { count: 1, untilMs: nowMs + WINDOW_MS });
  }
}

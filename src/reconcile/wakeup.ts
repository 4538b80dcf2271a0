/** Something to wait for that others can bring forward. */
export class Wakeup {
  #dueMs = Number.POSITIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #wake: () => void = () => {};

  /** Whoever waits, or waits next, goes on after this time at the latest. */
  within(ms: number): void {
    this.#dueMs = Math.min(this.#dueMs, performance.now() + ms);
    this.#arm();
  }

  /** Resolves after `ms`, or earlier where it was brought forward. */
  async wait(ms: number): Promise<void> {
    this.#dueMs = Math.min(this.#dueMs, performance.now() + ms);
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      this.#arm();
    });
    clearTimeout(this.#timer);
    this.#dueMs = Number.POSITIVE_INFINITY;
    this.#wake = () => {};
  }

  #arm(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#wake(), Math.max(0, this.#dueMs - performance.now()));
    this.#timer.unref();
  }
}

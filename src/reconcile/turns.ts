/**
 * Who may act on an appliance: an operation waits until what is being brought up has come up, and
 * nothing is brought up while an operation runs.
 */
export class Turns {
  readonly #held = new Map<string, Promise<unknown>>();

  /** Does the work, unless `isBusy` says that an operation runs: then it answers null. */
  async take<T>(appliance: string, isBusy: () => boolean, work: () => Promise<T>): Promise<T | null> {
    await this.free(appliance);
    if (isBusy()) return null;
    const running = work();
    this.#held.set(
      appliance,
      running.catch(() => undefined),
    );
    try {
      return await running;
    } finally {
      this.#held.delete(appliance);
    }
  }

  /** Resolves when nothing is being brought up. What follows without waiting has the appliance to itself. */
  async free(appliance: string): Promise<void> {
    for (let held = this.#held.get(appliance); held; held = this.#held.get(appliance)) await held;
  }
}

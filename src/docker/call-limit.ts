/** Lets so many calls run at the same time; the others wait for their turn, first come, first served. */
export class CallLimit {
  readonly #most: number;
  readonly #waiting = new Set<() => void>();
  #running = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Rejects with the signal's reason where that aborts before its turn has come. */
  async run<Value>(call: () => Promise<Value>, signal?: AbortSignal): Promise<Value> {
    await this.#turn(signal);
    try {
      return await call();
    } finally {
      this.#pass();
    }
  }

  async #turn(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    if (this.#running < this.#most) {
      this.#running += 1;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const abort = () => {
        this.#waiting.delete(go);
        reject(signal?.reason);
      };
      // Whoever has ended hands its place on.
      const go = () => {
        signal?.removeEventListener('abort', abort);
        resolve();
      };
      signal?.addEventListener('abort', abort, { once: true });
      this.#waiting.add(go);
    });
  }

  #pass(): void {
    const [next] = this.#waiting;
    if (!next) {
      this.#running -= 1;
      return;
    }
    this.#waiting.delete(next);
    next();
  }
}

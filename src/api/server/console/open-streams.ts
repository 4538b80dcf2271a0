import type { ServerResponse } from 'node:http';

/** A browser opens one for each page; over HTTP/1.1 it could not open many more. */
const MOST_OF_ONE = 16;
const MOST = 100;

/** The event streams that are open over TCP, by who opened them. */
export class OpenStreams {
  readonly #byOwner = new Map<string, Set<ServerResponse>>();

  /** False where there are too many already. */
  open(owner: string, stream: ServerResponse): boolean {
    const own = this.#byOwner.get(owner) ?? new Set();
    const all = [...this.#byOwner.values()].reduce((sum, streams) => sum + streams.size, 0);
    if (own.size >= MOST_OF_ONE || all >= MOST) return false;
    this.#byOwner.set(owner, own.add(stream));
    stream.once('close', () => {
      own.delete(stream);
      if (own.size === 0 && this.#byOwner.get(owner) === own) this.#byOwner.delete(owner);
    });
    return true;
  }

  close(owner: string): void {
    for (const stream of this.#byOwner.get(owner) ?? []) stream.destroy();
  }
}

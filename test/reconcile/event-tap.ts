import { request } from 'node:http';
import { readEventStream } from '../../src/api/client/event-stream.ts';
import type { EventView } from '../../src/api/contract/event-view.ts';

/** Keeps every event that a daemon sends about one appliance. */
export class EventTap {
  readonly seen: EventView[] = [];
  readonly #abort = new AbortController();

  static async open(socketPath: string, appliance: string): Promise<EventTap> {
    const tap = new EventTap();
    await new Promise<void>((resolve, reject) => {
      const path = `/api/events?appliance=${appliance}`;
      const outgoing = request({
        socketPath,
        path,
        headers: { host: 'belay' },
        signal: tap.#abort.signal,
        agent: false,
      });
      outgoing.on('error', reject);
      outgoing.once('response', (answer) => {
        answer.setEncoding('utf8');
        void tap.#read(answer as AsyncIterable<string>);
        resolve();
      });
      outgoing.end();
    });
    return tap;
  }

  async #read(chunks: AsyncIterable<string>): Promise<void> {
    try {
      for await (const { data } of readEventStream(chunks)) this.seen.push(JSON.parse(data) as EventView);
    } catch {
      // The daemon was killed, or the tap was closed.
    }
  }

  /** Waits until such an event has come. */
  async has(wanted: (event: EventView) => boolean, timeoutMs = 20_000): Promise<void> {
    for (const deadline = Date.now() + timeoutMs; !this.seen.some(wanted); ) {
      if (Date.now() > deadline) throw new Error(`no such event; there were ${JSON.stringify(this.seen)}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  close(): void {
    this.#abort.abort();
  }
}

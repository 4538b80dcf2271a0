import type { EventView } from '../contract/views.ts';

const MAX_SUBSCRIBERS = 1_000;
/** A client that reads this slowly gets the latest state when it reads again, not every state between. */
const MAX_QUEUED_EVENTS = 64;

/** Hands events to every open stream. A slow reader costs a bounded queue, never memory without end. */
export class EventHub {
  readonly #subscribers = new Set<(event: EventView) => void>();

  readonly #ending = new AbortController();

  /** Ends every stream: the daemon goes on with another hub, or not at all. */
  end(): void {
    this.#ending.abort();
  }

  publish(event: EventView): void {
    for (const deliver of this.#subscribers) deliver(event);
  }

  get isFull(): boolean {
    return this.#subscribers.size >= MAX_SUBSCRIBERS;
  }

  /** Events from now on, until the signal aborts. */
  async *subscribe(gone: AbortSignal): AsyncGenerator<EventView> {
    const signal = AbortSignal.any([gone, this.#ending.signal]);
    const queue: EventView[] = [];
    let wake: () => void = () => {};
    const deliver = (event: EventView) => {
      if (queue.length >= MAX_QUEUED_EVENTS) dropOutdated(queue);
      queue.push(event);
      wake();
    };
    const onAbort = () => wake();
    this.#subscribers.add(deliver);
    signal.addEventListener('abort', onAbort);
    try {
      while (!signal.aborted) {
        const event = queue.shift();
        if (event) {
          yield event;
          continue;
        }
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    } finally {
      signal.removeEventListener('abort', onAbort);
      this.#subscribers.delete(deliver);
    }
  }
}

/** Every event carries the whole state of its operation, so that an older one of the same may go. */
function dropOutdated(queue: EventView[]): void {
  const oldest = queue.findIndex((event) => event.type === 'operation' && event.operation.state === 'running');
  queue.splice(Math.max(0, oldest), 1);
}

import { randomBytes } from 'node:crypto';
import type { EventView } from '../contract/event-view.ts';

const MAX_SUBSCRIBERS = 1_000;
/** A client that reads this slowly gets the latest state when it reads again, not every state between. */
const MAX_QUEUED_EVENTS = 64;
/** What somebody can catch up with whose connection dropped. */
const MAX_RECENT_EVENTS = 256;

/** An event and its place in the stream of this daemon: another daemon begins another stream. */
export interface NumberedEvent {
  id: string;
  event: EventView;
}

/** Hands events to every open stream. A slow reader costs a bounded queue, never memory without end. */
export class EventHub {
  readonly #subscribers = new Set<(numbered: NumberedEvent) => void>();
  readonly #ending = new AbortController();
  readonly #stream = randomBytes(6).toString('hex');
  readonly #recent: NumberedEvent[] = [];
  #published = 0;
  /** The number of the latest event that nothing has replaced and that is remembered no longer. */
  #forgotten = 0;

  /** Ends every stream: the daemon goes on with another hub, or not at all. */
  end(): void {
    this.#ending.abort();
  }

  publish(event: EventView): void {
    this.#published += 1;
    const numbered = { id: this.position, event };
    this.#recent.push(numbered);
    if (this.#recent.length > MAX_RECENT_EVENTS) this.#forgetOne();
    for (const deliver of this.#subscribers) deliver(numbered);
  }

  /** The id of the latest event. */
  get position(): string {
    return `${this.#stream}-${this.#published}`;
  }

  get isFull(): boolean {
    return this.#subscribers.size >= MAX_SUBSCRIBERS;
  }

  /** What came after the event of this id, without states that others have replaced; null where that is not known. */
  since(id: string): NumberedEvent[] | null {
    const [, stream, digits] = /^([0-9a-f]+)-(\d{1,15})$/.exec(id) ?? [];
    const number = Number(digits);
    if (stream !== this.#stream || number > this.#published) return null;
    if (number < this.#forgotten) return null;
    const missed = this.#recent.filter((recent) => numberOf(recent) > number);
    return missed.filter((each, index) => !isReplaced(each, missed.slice(index + 1)));
  }

  /** Events from now on, until the signal aborts. */
  async *subscribe(gone: AbortSignal): AsyncGenerator<NumberedEvent> {
    const signal = AbortSignal.any([gone, this.#ending.signal]);
    const queue: NumberedEvent[] = [];
    let wake: () => void = () => {};
    const deliver = (numbered: NumberedEvent) => {
      if (queue.length >= MAX_QUEUED_EVENTS) dropOutdated(queue);
      queue.push(numbered);
      wake();
    };
    const onAbort = () => wake();
    this.#subscribers.add(deliver);
    signal.addEventListener('abort', onAbort);
    try {
      while (!signal.aborted) {
        const next = queue.shift();
        if (next) {
          yield next;
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

  #forgetOne(): void {
    const replaced = this.#recent.findIndex((each, index) => isReplaced(each, this.#recent.slice(index + 1)));
    const [dropped] = this.#recent.splice(Math.max(0, replaced), 1);
    if (replaced < 0 && dropped) this.#forgotten = numberOf(dropped);
  }
}

const numberOf = ({ id }: NumberedEvent): number => Number(id.slice(id.indexOf('-') + 1));

/** Every event carries the whole state of its operation, so that an older one of the same may go. */
function dropOutdated(queue: NumberedEvent[]): void {
  const oldest = queue.findIndex(({ event }) => event.type === 'operation' && event.operation.state === 'running');
  queue.splice(Math.max(0, oldest), 1);
}

function isReplaced({ event }: NumberedEvent, later: NumberedEvent[]): boolean {
  if (event.type !== 'operation') return false;
  return later.some((other) => other.event.type === 'operation' && other.event.operation.id === event.operation.id);
}

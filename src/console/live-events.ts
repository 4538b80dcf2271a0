import { readEventStream } from '../api/client/event-stream.ts';
import type { EventView } from '../api/contract/event-view.ts';
import { parse } from './api.ts';

/** The daemon says something at least every 15 s. */
const SILENCE_MS = 40_000;
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 8_000;

export interface LiveOptions {
  onEvent: (event: EventView) => void;
  /** Each time that the stream stands: what happened before that has to be asked for. */
  onOpen: () => void;
  /** Once for each time that it broke. */
  onLost: () => void;
  /** It is tried again only after a new `start`. */
  onSignedOut: () => void;
}

/** The daemon's events, for as long as the page is open: a stream that breaks is opened again where it broke off. */
export class LiveEvents {
  readonly #options: LiveOptions;
  #lastId: string | null = null;
  #current: AbortController | null = null;
  #wake: () => void = () => {};

  constructor(options: LiveOptions) {
    this.#options = options;
  }

  start(): void {
    this.#current?.abort();
    this.#current = new AbortController();
    void this.#run(this.#current.signal);
  }

  stop(): void {
    this.#current?.abort();
    this.#current = null;
    this.#lastId = null;
  }

  /** Without waiting any longer. */
  tryNow(): void {
    this.#wake();
  }

  async #run(signal: AbortSignal): Promise<void> {
    let waitMs = FIRST_RETRY_MS;
    let wasOpen = true;
    while (!signal.aborted) {
      const outcome = await this.#follow(signal, () => {
        waitMs = FIRST_RETRY_MS;
        wasOpen = true;
        this.#options.onOpen();
      }).catch(() => 'lost' as const);
      if (signal.aborted) return;
      if (outcome === 'signed out') {
        this.stop();
        return this.#options.onSignedOut();
      }
      if (wasOpen) this.#options.onLost();
      wasOpen = false;
      await this.#pause(waitMs);
      waitMs = Math.min(waitMs * 2, LAST_RETRY_MS);
    }
  }

  async #follow(signal: AbortSignal, onOpen: () => void): Promise<'signed out' | 'lost'> {
    const silence = new AbortController();
    const response = await fetch('/api/events', {
      headers: this.#lastId === null ? {} : { 'last-event-id': this.#lastId },
      signal: AbortSignal.any([signal, silence.signal]),
    });
    if (response.status === 401) return 'signed out';
    if (!response.ok || !response.body) return 'lost';
    onOpen();
    for await (const { data, id } of readEventStream(chunks(response.body, silence))) {
      this.#lastId = id ?? this.#lastId;
      if (signal.aborted) break;
      this.#options.onEvent(parse(data) as EventView);
    }
    return 'lost';
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** Aborts the stream where nothing comes for longer than the daemon is ever silent. */
async function* chunks(body: ReadableStream<Uint8Array>, silence: AbortController): AsyncGenerator<string> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let timer = 0;
  const waitAgain = () => {
    clearTimeout(timer);
    timer = window.setTimeout(() => silence.abort(), SILENCE_MS);
  };
  try {
    for (;;) {
      waitAgain();
      const { value, done } = await reader.read();
      if (done) return;
      yield decoder.decode(value, { stream: true });
    }
  } finally {
    clearTimeout(timer);
  }
}

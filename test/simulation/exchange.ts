import type { IncomingMessage, ServerResponse } from 'node:http';
import type { EngineCall } from '../../src/docker/engine-connection.ts';

const GOOD = [200, 201, 204];

/** One call of the engine's API and its answer, without a socket between them. */
export class Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly #begun = Promise.withResolvers<void>();
  readonly #chunks: Buffer[] = [];
  readonly #onClose: (() => void)[] = [];
  readonly #onOver: () => void;
  #status = 0;
  #isOver = false;
  #failure: unknown = null;
  #wake: () => void = () => {};

  /** `onOver` is told when the engine has answered to the end, or the connection has broken. */
  constructor({ method, path, query, body }: EngineCall, onOver: () => void) {
    this.#onOver = onOver;
    const search = new URLSearchParams(Object.entries(query ?? {}).map(([name, value]) => [name, String(value)]));
    const text = method === 'POST' ? JSON.stringify(body ?? {}) : '';
    this.#begun.promise.catch(() => {});
    this.request = {
      method,
      url: `${path}?${search}`,
      headers: { 'content-type': 'application/json' },
      async *[Symbol.asyncIterator]() {
        if (text !== '') yield Buffer.from(text);
      },
    } as unknown as IncomingMessage;
    this.response = this.#newResponse() as unknown as ServerResponse;
  }

  /** Resolves with the body to be read when the answer has begun; rejects as dockerode does. */
  async answer(): Promise<AsyncIterable<Buffer> & { destroy(): void }> {
    await this.#begun.promise;
    const body = { [Symbol.asyncIterator]: () => this.#read(), destroy: () => this.#close() };
    if (GOOD.includes(this.#status)) return body;
    let text = '';
    for await (const chunk of body) text += chunk.toString();
    const message = text === '' ? '' : (JSON.parse(text) as { message?: string }).message;
    throw Object.assign(new Error(message ?? ''), { statusCode: this.#status });
  }

  /** The connection breaks: on this side as an error, on the engine's as a client that has gone. */
  cut(failure: unknown): void {
    if (this.#isOver) return;
    this.#failure = failure;
    this.#begun.reject(failure);
    this.#end();
    this.#close();
  }

  #newResponse() {
    const begin = (status: number) => {
      this.#status = status;
      this.#begun.resolve();
    };
    const write = (chunk?: Buffer | string) => {
      if (this.#isOver || chunk === undefined) return true;
      this.#chunks.push(Buffer.from(chunk as string));
      this.#wake();
      return true;
    };
    const isBegun = () => this.#status !== 0;
    const isOver = () => this.#isOver;
    return {
      get headersSent() {
        return isBegun();
      },
      get writable() {
        return !isOver();
      },
      writeHead: begin,
      flushHeaders: () => {},
      write,
      end: (chunk?: Buffer | string) => {
        write(chunk);
        this.#end();
      },
      destroy: () => this.cut(Object.assign(new Error('aborted'), { code: 'ECONNRESET' })),
      once: (_event: 'close', action: () => void) => void this.#onClose.push(action),
    };
  }

  async *#read(): AsyncGenerator<Buffer> {
    for (;;) {
      const chunk = this.#chunks.shift();
      if (chunk) yield chunk;
      else if (this.#failure) throw this.#failure;
      else if (this.#isOver) return;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  #end(): void {
    this.#isOver = true;
    this.#onOver();
    this.#wake();
  }

  #close(): void {
    for (const action of this.#onClose.splice(0)) action();
  }
}

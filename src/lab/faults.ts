import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** What goes wrong with calls of the engine's API whose method and path fit. */
export type Fault = {
  method?: string;
  /** Tested against the path without its `/vX.YY` prefix. */
  path: RegExp;
  /** How many calls it strikes; all, where it is not given. */
  times?: number;
} & (
  | { kind: 'delay'; delayMs: number }
  | { kind: 'fail'; status: number; message: string }
  /** The answer's connection breaks after so many bytes of its body. */
  | { kind: 'cut'; afterBytes: number }
  /** Nothing more comes after so many bytes of the body, and the connection stays open. */
  | { kind: 'stall'; afterBytes: number }
  /** A pull's stream ends, after so many bytes, with an error among its lines. */
  | { kind: 'stream-error'; afterBytes: number; message: string }
);

export class Faults {
  readonly #faults: Fault[] = [];

  /** Returns what takes it away again. */
  inject(fault: Fault): () => void {
    const own = { ...fault };
    this.#faults.push(own);
    return () => this.#remove(own);
  }

  /** Lets the fault that fits strike. True where the call has been answered by it. */
  async strike(request: IncomingMessage, response: ServerResponse, path: string): Promise<boolean> {
    const fault = this.#faults.find(
      (candidate) => candidate.path.test(path) && (candidate.method ?? request.method) === request.method,
    );
    if (!fault) return false;
    if (fault.times !== undefined && --fault.times <= 0) this.#remove(fault);
    if (fault.kind === 'delay') {
      await sleep(fault.delayMs);
      return false;
    }
    if (fault.kind === 'fail') {
      response.writeHead(fault.status, { 'content-type': 'application/json' });
      response.end(`${JSON.stringify({ message: fault.message })}\n`);
      return true;
    }
    breakAfter(response, fault);
    return false;
  }

  #remove(fault: Fault): void {
    const index = this.#faults.indexOf(fault);
    if (index >= 0) this.#faults.splice(index, 1);
  }
}

/** Lets so many bytes of the body through, and then does what the fault says instead of the rest. */
function breakAfter(response: ServerResponse, fault: Extract<Fault, { afterBytes: number }>): void {
  const write = response.write.bind(response) as (chunk: Buffer | string) => boolean;
  const end = response.end.bind(response) as (chunk?: string) => ServerResponse;
  let leftBytes = fault.afterBytes;
  let broken = false;
  const pass = (chunk: Buffer | string | undefined, isLast: boolean): boolean => {
    if (broken) return true;
    const bytes = Buffer.from(chunk ?? '');
    const ready = write(bytes.subarray(0, leftBytes));
    leftBytes -= bytes.length;
    if (leftBytes >= 0 && !isLast) return ready;
    broken = true;
    // The bytes must be on their way before the connection breaks.
    if (fault.kind === 'cut') setImmediate(() => response.socket?.destroy());
    if (fault.kind === 'stream-error') end(streamError(fault.message));
    return true;
  };
  response.write = ((chunk: Buffer | string) => pass(chunk, false)) as typeof response.write;
  response.end = ((chunk?: Buffer | string) => {
    pass(chunk, true);
    return response;
  }) as typeof response.end;
}

/** The line by which the engine reports a failed pull in an answer that began as a success. */
export const streamError = (message: string): string =>
  `${JSON.stringify({ errorDetail: { message }, error: message })}\r\n`;

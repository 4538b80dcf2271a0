import type { IncomingMessage } from 'node:http';
import { BelayError, type ErrorCode } from '../../domain/errors.ts';
import type { ErrorView } from '../contract/error-view.ts';

const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

export interface Call {
  socketPath: string;
  method: 'GET' | 'POST';
  /** With its query. */
  path: string;
  user: string;
  body?: unknown;
  accept?: string;
  signal: AbortSignal;
}

/** Sends one request; resolves with the answer's head. Rejects with `no-daemon` where nothing answers. */
export async function send(call: Call): Promise<IncomingMessage> {
  const { request } = await import('node:http');
  const body = call.body === undefined ? undefined : JSON.stringify(call.body);
  return new Promise((resolve, reject) => {
    const outgoing = request({
      socketPath: call.socketPath,
      method: call.method,
      path: call.path,
      agent: false,
      signal: call.signal,
      headers: {
        host: 'belay',
        accept: call.accept ?? 'application/json',
        'belay-user': encodeURIComponent(call.user),
        ...(body === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) }),
      },
    });
    outgoing.once('response', resolve);
    // More than one error can come, for instance after an abort: only the first one counts.
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** The whole answer as text, at most 64 MiB of it. */
export async function readAll(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes > MAX_ANSWER_BYTES) throw new BelayError('internal', 'The answer of the Belay daemon is too long.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Turns an answer of status 4xx or 5xx into the error that the daemon meant. */
export function answeredError(status: number, answer: unknown): BelayError {
  const error = (answer as Partial<ErrorView> | null)?.error;
  if (typeof error?.message !== 'string') {
    return new BelayError('internal', `The Belay daemon answered with status ${status} and no reason.`);
  }
  return new BelayError(error.code as ErrorCode, error.message, {
    ...(error.hint ? { hint: error.hint } : {}),
    details: error.details ?? {},
  });
}

/** Parses an answer; every string in it, names of fields included, goes through `clean`. */
export function parseAnswer(text: string, clean: (text: string) => string): unknown {
  try {
    return JSON.parse(text, (_key, value: unknown) => {
      if (typeof value === 'string') return clean(value);
      if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
      const names = Object.keys(value);
      if (names.every((name) => clean(name) === name)) return value;
      return Object.fromEntries(Object.entries(value).map(([name, field]) => [clean(name), field]));
    });
  } catch (cause) {
    throw new BelayError('internal', 'The Belay daemon answered with something that is not JSON.', { cause });
  }
}

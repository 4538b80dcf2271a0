import { type IncomingMessage, request } from 'node:http';
import type { Readable } from 'node:stream';

export interface EngineAnswer {
  status: number;
  body: Buffer;
}

export interface EngineRequest {
  method?: string;
  headers?: Record<string, string>;
  /** Sent as JSON where it is neither bytes nor a stream. */
  body?: Buffer | Readable | object;
  timeoutMs?: number;
}

function send(request_: ReturnType<typeof request>, body: EngineRequest['body']): void {
  if (body === undefined) request_.end();
  else if (Buffer.isBuffer(body)) request_.end(body);
  else if ('pipe' in body) (body as Readable).pipe(request_);
  else request_.end(JSON.stringify(body));
}

/** One call to a Docker Engine's API over its unix socket, with the whole answer in memory. */
export function callEngine(socketPath: string, path: string, options: EngineRequest = {}): Promise<EngineAnswer> {
  const isJson = options.body !== undefined && !Buffer.isBuffer(options.body) && !('pipe' in options.body);
  const headers = { ...(isJson ? { 'content-type': 'application/json' } : {}), ...options.headers };
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(options.timeoutMs ?? 120_000);
    const outgoing = request(
      { socketPath, path, method: options.method ?? 'GET', headers, signal, agent: false },
      (response: IncomingMessage) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks) }));
      },
    );
    outgoing.on('error', reject);
    send(outgoing, options.body);
  });
}

/** The same, for calls that must succeed. Throws with the engine's own sentence. */
export async function askEngine<T = unknown>(socketPath: string, path: string, options?: EngineRequest): Promise<T> {
  const answer = await callEngine(socketPath, path, options);
  const text = answer.body.toString();
  if (answer.status >= 400) throw new Error(`${options?.method ?? 'GET'} ${path}: ${answer.status} ${text.trim()}`);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

/** A call that answers with a stream of JSON lines (pull, push, import). Throws on an error among the lines. */
export async function streamEngine(socketPath: string, path: string, options: EngineRequest): Promise<void> {
  const answer = await callEngine(socketPath, path, options);
  const text = answer.body.toString();
  if (answer.status >= 400) throw new Error(`${path}: ${answer.status} ${text.trim()}`);
  for (const line of text.split('\n').filter((part) => part.trim() !== '')) {
    const { error } = JSON.parse(line) as { error?: string };
    if (error !== undefined) throw new Error(`${path}: ${error}`);
  }
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import { asObject, type JsonObject } from './json.ts';
import { LabError, statusOf } from './lab-error.ts';

/** One call of the engine's API, and the ways to answer it. */
export interface Call {
  request: IncomingMessage;
  response: ServerResponse;
  /** The `{…}` parts of the route's path. */
  params: Record<string, string>;
  query: URLSearchParams;
  /** The body as a JSON object; `{}` where it is empty. 400 where it is not JSON. */
  body(): Promise<JsonObject>;
  json(status: number, value: unknown): void;
  empty(status: number): void;
  /** Begins an answer that goes on; its lines follow through `response.write`. */
  stream(contentType: string): void;
}

export interface Route {
  method: string;
  pattern: RegExp;
  handle: (call: Call) => void | Promise<void>;
}

/** `{id}` stands for one segment of the path, `{name*}` for several: image names have slashes. */
export function route(method: string, path: string, handle: Route['handle']): Route {
  const pattern = path
    .replace(/[.]/g, '\\.')
    .replace(/\{(\w+)\*\}/g, '(?<$1>.+)')
    .replace(/\{(\w+)\}/g, '(?<$1>[^/]+)');
  return { method, pattern: new RegExp(`^${pattern}$`), handle };
}

/** The path without the `/vX.YY` that clients may put in front. */
export const unversioned = (path: string): string => path.replace(/^\/v\d+\.\d+(?=\/)/, '');

/** `1`, `true` and the like, as Go reads a boolean. */
export const isSet = (value: string | null): boolean => value !== null && /^(1|t|true)$/i.test(value);

const BODY_LIMIT_BYTES = 4 * 1024 * 1024;

async function readBody(request: IncomingMessage): Promise<JsonObject> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes > BODY_LIMIT_BYTES) throw new LabError(400, 'http: request body too large');
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString();
  if (text.trim() === '') return {};
  const type = request.headers['content-type'] ?? '';
  if (!type.startsWith('application/json')) {
    throw new LabError(400, `Content-Type specified (${type}) must be 'application/json'`);
  }
  try {
    return asObject(JSON.parse(text));
  } catch (error) {
    throw new LabError(400, (error as Error).message);
  }
}

function newCall(request: IncomingMessage, response: ServerResponse, url: URL, match: RegExpExecArray): Call {
  const groups = Object.entries(match.groups ?? {});
  return {
    request,
    response,
    params: Object.fromEntries(groups.map(([name, value]) => [name, decodeURIComponent(value)])),
    query: url.searchParams,
    body: () => readBody(request),
    json(status, value) {
      const text = `${JSON.stringify(value)}\n`;
      response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
      response.end(text);
    },
    empty(status) {
      response.writeHead(status);
      response.end();
    },
    stream(contentType) {
      response.writeHead(200, { 'content-type': contentType });
      response.flushHeaders();
    },
  };
}

/** Finds the route and lets it answer; whatever it throws becomes the engine's `{"message"}`. */
export async function dispatch(routes: readonly Route[], request: IncomingMessage, response: ServerResponse) {
  try {
    const url = new URL(request.url ?? '/', 'http://engine');
    const path = unversioned(url.pathname);
    for (const candidate of routes) {
      const match = candidate.method === request.method ? candidate.pattern.exec(path) : null;
      if (match) return await candidate.handle(newCall(request, response, url, match));
    }
    throw new LabError(404, 'page not found');
  } catch (error) {
    if (response.headersSent) return response.destroy();
    const { status, message } = statusOf(error);
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(`${JSON.stringify({ message })}\n`);
  }
}

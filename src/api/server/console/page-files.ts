import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

interface PageFile {
  body: Uint8Array<ArrayBuffer>;
  type: string;
  tag: string;
}

/** The console's own files, read once: they are few, and nothing else can be asked for by a path. */
export class PageFiles {
  readonly #files: ReadonlyMap<string, PageFile>;

  constructor(directory: string) {
    const names = readdirSync(directory).filter((name) => extname(name) in TYPES);
    this.#files = new Map(names.map((name) => [name === 'index.html' ? '/' : `/${name}`, readFile(directory, name)]));
  }

  /** Null where there is no such file. A browser keeps what it has for as long as its tag is the same. */
  answer(request: Request): Response | null {
    const file = this.#files.get(new URL(request.url).pathname);
    if (!file || !['GET', 'HEAD'].includes(request.method)) return null;
    const headers = { 'content-type': file.type, 'cache-control': 'no-cache', etag: file.tag };
    if (request.headers.get('if-none-match') === file.tag) return new Response(null, { status: 304, headers });
    return new Response(request.method === 'HEAD' ? null : file.body, { headers });
  }
}

function readFile(directory: string, name: string): PageFile {
  const body = new Uint8Array(readFileSync(join(directory, name)));
  const tag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
  return { body, type: TYPES[extname(name)] ?? '', tag };
}

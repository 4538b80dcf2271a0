import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { Ground } from './ground.ts';
import { type ImageRecord, MANIFEST_TYPE } from './image-definition.ts';
import { readState, writeState } from './state-file.ts';

interface RegistryState {
  images: ImageRecord[];
  /** Digest of the manifest by tag, by repository. */
  repositories: Record<string, Record<string, string>>;
  /** Part of the images' names, and so the same at every start. */
  port: number | null;
}

/** Below the ports that systems hand out by themselves, so that the lab finds its own again. */
const FIRST_PORT = 17050;
const LAST_PORT = 17999;
interface Reply {
  status: number;
  headers?: Record<string, string>;
  contentType: string;
  text: string;
}

const JSON_TYPE = 'application/json; charset=utf-8';
const DEFAULT_PAGE = 100;
const REPOSITORY = '(?<repository>[a-z0-9._/-]+)';
const TAGS = new RegExp(`^/v2/${REPOSITORY}/tags/list$`);
const MANIFEST = new RegExp(`^/v2/${REPOSITORY}/manifests/(?<reference>[^/]+)$`);
const BLOB = new RegExp(`^/v2/${REPOSITORY}/blobs/(?<digest>[^/]+)$`);

/**
 * The reading half of the registry's HTTP API, on loopback. It has every manifest and configuration; the
 * layers have digests and sizes only, and the lab's engine alone can pull them.
 */
export class Registry {
  readonly #ground: Ground;
  readonly #path: string;
  readonly #state: RegistryState;
  readonly #wantedPort: number | null;
  #server: Server | null = null;

  constructor(ground: Ground, root: string, wantedPort: number | null) {
    this.#ground = ground;
    this.#path = join(root, 'registry.json');
    this.#state = readState<RegistryState>(ground.disk, this.#path, { images: [], repositories: {}, port: null });
    this.#wantedPort = wantedPort;
  }

  /** 0 before the first start. */
  get port(): number {
    return this.#state.port ?? 0;
  }

  get host(): string {
    return `127.0.0.1:${this.port}`;
  }

  get isUp(): boolean {
    return this.#server !== null;
  }

  /** On the port that is wanted, or that of the last time, or else the first free one. Rejects where it is taken. */
  async start(): Promise<void> {
    if (this.#server) return;
    const fixed = this.#wantedPort ?? this.#state.port;
    const last = fixed ?? LAST_PORT;
    const server = createServer((request, response) => this.#answer(request, response));
    for (let port = fixed ?? FIRST_PORT; this.#server === null; port++) {
      try {
        await this.#ground.listen(server, { host: '127.0.0.1', port });
        this.#server = server;
        this.#state.port = port;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
        if (port >= last) throw new Error(`port ${port} for the lab's registry is taken by another process`);
      }
    }
    writeState(this.#ground.disk, this.#path, this.#state);
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    if (!server) return;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  /** Puts the image there under the tag, which moves from the image that had it. */
  publish(repository: string, tag: string, image: ImageRecord): void {
    if (!this.#state.images.some(({ manifestDigest }) => manifestDigest === image.manifestDigest)) {
      this.#state.images.push(image);
    }
    this.#state.repositories[repository] ??= {};
    this.#state.repositories[repository][tag] = image.manifestDigest;
    writeState(this.#ground.disk, this.#path, this.#state);
  }

  /** By tag or by the manifest's digest; null where the repository has no such image. */
  find(repository: string, reference: string): ImageRecord | null {
    const tags = this.#tagsOf(repository);
    if (!tags) return null;
    const digest = reference.startsWith('sha256:') ? reference : tags[reference];
    return this.#state.images.find(({ manifestDigest }) => manifestDigest === digest) ?? null;
  }

  /** Digests by tag; null where there is no such repository, also by a name that every object has. */
  #tagsOf(repository: string): Record<string, string> | null {
    const { repositories } = this.#state;
    return Object.hasOwn(repositories, repository) ? (repositories[repository] ?? null) : null;
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { status, headers = {}, contentType, text } = this.#reply(request);
    const sizes = { 'content-type': contentType, 'content-length': Buffer.byteLength(text) };
    response.writeHead(status, { 'docker-distribution-api-version': 'registry/2.0', ...sizes, ...headers });
    response.end(text);
  }

  #reply(request: IncomingMessage): Reply {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://registry');
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return failure(405, 'UNSUPPORTED', 'The operation is unsupported.', {});
    }
    if (pathname === '/v2/') return { status: 200, contentType: JSON_TYPE, text: '{}' };
    const tags = TAGS.exec(pathname)?.groups;
    if (tags) return this.#tags(tags['repository'] ?? '', searchParams);
    const manifest = MANIFEST.exec(pathname)?.groups;
    if (manifest) return this.#manifest(manifest['repository'] ?? '', manifest['reference'] ?? '');
    const blob = BLOB.exec(pathname)?.groups;
    return blob ? this.#blob(blob['digest'] ?? '') : failure(404, 'NAME_INVALID', 'invalid repository name', {});
  }

  #tags(repository: string, query: URLSearchParams): Reply {
    const tags = this.#tagsOf(repository);
    if (!tags) return failure(404, 'NAME_UNKNOWN', 'repository name not known to registry', { name: repository });
    const limit = Number(query.get('n') ?? DEFAULT_PAGE);
    if (!Number.isInteger(limit) || limit < 1) {
      return failure(400, 'PAGINATION_NUMBER_INVALID', 'invalid number of results requested', {});
    }
    const last = query.get('last') ?? '';
    const rest = Object.keys(tags).filter((tag) => tag > last);
    const page = rest.sort().slice(0, limit);
    const next = new URLSearchParams({ last: page.at(-1) ?? '', n: String(limit) });
    const link = { link: `</v2/${repository}/tags/list?${next}>; rel="next"` };
    const text = `${JSON.stringify({ name: repository, tags: page })}\n`;
    return { status: 200, headers: rest.length > page.length ? link : {}, contentType: JSON_TYPE, text };
  }

  #manifest(repository: string, reference: string): Reply {
    const image = this.find(repository, reference);
    if (!image) return failure(404, 'MANIFEST_UNKNOWN', 'manifest unknown', { Tag: reference });
    const headers = { 'docker-content-digest': image.manifestDigest, etag: `"${image.manifestDigest}"` };
    return { status: 200, headers, contentType: MANIFEST_TYPE, text: image.manifestText };
  }

  #blob(digest: string): Reply {
    const image = this.#state.images.find(({ id }) => id === digest);
    if (!image) return failure(404, 'BLOB_UNKNOWN', 'blob unknown to registry', digest);
    const headers = { 'docker-content-digest': digest };
    return { status: 200, headers, contentType: 'application/octet-stream', text: image.configText };
  }
}

function failure(status: number, code: string, message: string, detail: unknown): Reply {
  return { status, contentType: JSON_TYPE, text: `${JSON.stringify({ errors: [{ code, message, detail }] })}\n` };
}

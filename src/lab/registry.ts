import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { digestOf } from './identity.ts';
import { type ImageRecord, MANIFEST_TYPE } from './image-definition.ts';
import { listenOn } from './listen.ts';
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
  readonly #path: string;
  readonly #state: RegistryState;
  readonly #wantedPort: number | null;
  #server: Server | null = null;

  constructor(root: string, wantedPort: number | null) {
    this.#path = join(root, 'registry.json');
    this.#state = readState<RegistryState>(this.#path, { images: [], repositories: {}, port: null });
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
        await listenOn(server, { host: '127.0.0.1', port });
        this.#server = server;
        this.#state.port = port;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
        if (port >= last) throw new Error(`port ${port} for the lab's registry is taken by another process`);
      }
    }
    writeState(this.#path, this.#state);
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
    writeState(this.#path, this.#state);
  }

  /** By tag or by the manifest's digest; null where the repository has no such image. */
  find(repository: string, reference: string): ImageRecord | null {
    const tags = this.#state.repositories[repository];
    if (!tags) return null;
    const digest = reference.startsWith('sha256:') ? reference : tags[reference];
    return this.#state.images.find(({ manifestDigest }) => manifestDigest === digest) ?? null;
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', 'http://registry');
    response.setHeader('docker-distribution-api-version', 'registry/2.0');
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return fail(response, 405, 'UNSUPPORTED', 'The operation is unsupported.', {});
    }
    if (url.pathname === '/v2/') return send(response, 200, 'application/json; charset=utf-8', '{}');
    const tags = TAGS.exec(url.pathname)?.groups;
    if (tags) return this.#listTags(response, tags['repository'] ?? '', url.searchParams);
    const manifest = MANIFEST.exec(url.pathname)?.groups;
    if (manifest) return this.#sendManifest(response, manifest['repository'] ?? '', manifest['reference'] ?? '');
    const blob = BLOB.exec(url.pathname)?.groups;
    if (blob) return this.#sendBlob(response, blob['digest'] ?? '');
    fail(response, 404, 'NAME_INVALID', 'invalid repository name', {});
  }

  #listTags(response: ServerResponse, repository: string, query: URLSearchParams): void {
    const tags = this.#state.repositories[repository];
    if (!tags) {
      return fail(response, 404, 'NAME_UNKNOWN', 'repository name not known to registry', { name: repository });
    }
    const limit = Number(query.get('n') ?? DEFAULT_PAGE);
    if (!Number.isInteger(limit) || limit < 1) {
      return fail(response, 400, 'PAGINATION_NUMBER_INVALID', 'invalid number of results requested', {});
    }
    const last = query.get('last') ?? '';
    const rest = Object.keys(tags).sort().filter((tag) => tag > last);
    const page = rest.slice(0, limit);
    const next = new URLSearchParams({ last: page.at(-1) ?? '', n: String(limit) });
    if (rest.length > page.length) response.setHeader('link', `</v2/${repository}/tags/list?${next}>; rel="next"`);
    send(response, 200, 'application/json; charset=utf-8', `${JSON.stringify({ name: repository, tags: page })}\n`);
  }

  #sendManifest(response: ServerResponse, repository: string, reference: string): void {
    const image = this.find(repository, reference);
    if (!image) return fail(response, 404, 'MANIFEST_UNKNOWN', 'manifest unknown', { Tag: reference });
    response.setHeader('docker-content-digest', image.manifestDigest);
    response.setHeader('etag', `"${image.manifestDigest}"`);
    send(response, 200, MANIFEST_TYPE, image.manifestText);
  }

  #sendBlob(response: ServerResponse, digest: string): void {
    const image = this.#state.images.find(({ configText }) => digestOf(configText) === digest);
    if (!image) return fail(response, 404, 'BLOB_UNKNOWN', 'blob unknown to registry', digest);
    response.setHeader('docker-content-digest', digest);
    send(response, 200, 'application/octet-stream', image.configText);
  }
}

function send(response: ServerResponse, status: number, contentType: string, text: string): void {
  response.writeHead(status, { 'content-type': contentType, 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

function fail(response: ServerResponse, status: number, code: string, message: string, detail: unknown): void {
  const text = `${JSON.stringify({ errors: [{ code, message, detail }] })}\n`;
  send(response, status, 'application/json; charset=utf-8', text);
}

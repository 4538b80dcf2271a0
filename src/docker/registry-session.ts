import { BelayError } from '../domain/errors.ts';
import { splitRepository } from '../domain/image-reference.ts';
import { type Credentials, credentialsFor } from './registry-auth.ts';
import { noSuchRepository, notAllowed, registryFailed, registryUnreachable } from './registry-errors.ts';
import { bearerToken } from './registry-token.ts';

/** What is asked for; a `body` that is a stream cannot be sent a second time, so ask for something else before it. */
export interface RegistryRequest {
  method?: 'GET' | 'HEAD' | 'POST' | 'PUT';
  headers?: Record<string, string>;
  body?: string | AsyncIterable<Uint8Array>;
  signal: AbortSignal;
}

/** One repository of a registry, with what was learnt of how it wants to be asked. */
export class RegistrySession {
  readonly repository: string;
  readonly #origin: URL;
  readonly #path: string;
  readonly #actions: 'pull' | 'pull,push';
  #authorization: string | null = null;

  constructor(repository: string, actions: 'pull' | 'pull,push' = 'pull') {
    this.repository = repository;
    this.#actions = actions;
    const { origin, path } = endpointOf(repository);
    this.#origin = origin;
    this.#path = path;
  }

  /** `tags/list` of this repository, and so on. */
  url(rest: string): URL {
    return new URL(`/v2/${this.#path}/${rest}`, this.#origin);
  }

  /** Whether the credentials of this registry may be sent there. */
  isOwn(url: URL): boolean {
    return url.origin === this.#origin.origin;
  }

  /** Proves who asks where the registry wants to know, once for each request. Resolves with any status. */
  async ask(url: URL, { method = 'GET', headers = {}, body, signal }: RegistryRequest): Promise<Response> {
    const send = () =>
      fetch(url, {
        method,
        signal,
        headers: { ...headers, ...(this.#authorization ? { authorization: this.#authorization } : {}) },
        ...(body === undefined ? {} : { body: body as BodyInit, duplex: 'half' as const }),
      });
    const response = await send();
    if (response.status !== 401 || !(body === undefined || typeof body === 'string')) return response;
    const credentials = await credentialsFor(this.repository);
    const authorization = await this.#authorize(response.headers.get('www-authenticate') ?? '', credentials, signal);
    // The same again would be refused again.
    if (authorization === null || authorization === this.#authorization) return response;
    await response.body?.cancel();
    this.#authorization = authorization;
    return send();
  }

  async #authorize(challenge: string, credentials: Credentials | null, signal: AbortSignal): Promise<string | null> {
    if (/^Bearer /i.test(challenge)) {
      const request = { path: this.#path, actions: this.#actions, credentials, signal };
      const token = await bearerToken(challenge, this.#origin, request);
      return token && `Bearer ${token}`;
    }
    if (!credentials || !/^Basic\b/i.test(challenge)) return null;
    return `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`;
  }
}

/** Plain HTTP on this machine only, as the engine does. */
function endpointOf(repository: string): { origin: URL; path: string } {
  const { host, path } = splitRepository(repository);
  if (host === null) {
    return { origin: new URL('https://registry-1.docker.io'), path: path.includes('/') ? path : `library/${path}` };
  }
  const name = host.replace(/:\d+$/, '');
  const onLoopback = name === 'localhost' || name === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(name);
  return { origin: new URL(`${onLoopback ? 'http' : 'https'}://${host}`), path };
}

/** The answer where it is a good one; otherwise what its status means. `what` is asked for, in words. */
export function mustAnswer(response: Response, repository: string, what: BelayError | null = null): Response {
  if (response.ok) return response;
  void response.body?.cancel().catch(() => {});
  if (response.status === 404) throw what ?? noSuchRepository(repository);
  if (response.status === 401 || response.status === 403) throw notAllowed(repository);
  throw registryFailed(repository, `it answered ${response.status}`);
}

/** What a request that got no answer, or none in time, is told as. */
export function unanswered(
  thrown: unknown,
  repository: string,
  { signal, late }: { signal: AbortSignal | undefined; late: string | null },
): unknown {
  if (thrown instanceof BelayError) return thrown;
  if (signal?.aborted) {
    if (signal.reason instanceof BelayError) return signal.reason;
    return new BelayError('interrupted', 'Interrupted while waiting for the registry.', { cause: thrown });
  }
  return registryUnreachable(repository, late ?? causeOf(thrown), thrown);
}

const causeOf = (thrown: unknown) => {
  const cause = thrown instanceof Error ? (thrown.cause ?? thrown) : thrown;
  return cause instanceof Error ? cause.message : String(cause);
};

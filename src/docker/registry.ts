import { BelayError } from '../domain/errors.ts';
import { parseReference, splitRepository } from '../domain/image-reference.ts';
import type { ImageRegistry } from '../domain/ports/image-registry.ts';
import { jsonBody } from './json-body.ts';
import { type Credentials, credentialsFor } from './registry-auth.ts';
import { noSuchRepository, notAllowed, registryName, registryUnreachable } from './registry-errors.ts';
import { bearerToken } from './registry-token.ts';

const DEADLINE_MS = 10_000;
const PAGE_LIMIT = 100;
const TAG_LIMIT = 20_000;

/** Speaks the distribution API directly: no call of the engine lists tags. */
export class HttpRegistry implements ImageRegistry {
  readonly #deadlineMs: number;

  constructor(options: { deadlineMs?: number } = {}) {
    this.#deadlineMs = options.deadlineMs ?? DEADLINE_MS;
  }

  async tags(repository: string, signal?: AbortSignal): Promise<string[]> {
    const { repository: familiar } = parseReference(repository);
    const deadline = AbortSignal.timeout(this.#deadlineMs);
    const both = signal ? AbortSignal.any([signal, deadline]) : deadline;
    try {
      return await allTags(familiar, both);
    } catch (thrown) {
      if (thrown instanceof BelayError) throw thrown;
      if (signal?.aborted)
        throw new BelayError('interrupted', 'Interrupted while waiting for the registry.', { cause: thrown });
      const reason = deadline.aborted ? `no answer within ${this.#deadlineMs / 1000} s` : causeOf(thrown);
      throw registryUnreachable(familiar, reason, thrown);
    }
  }
}

async function allTags(repository: string, signal: AbortSignal): Promise<string[]> {
  const { origin, path } = endpointOf(repository);
  const request = { path, credentials: await credentialsFor(repository), signal };
  const tags: string[] = [];
  let authorization: string | null = null;
  let url: URL | null = new URL(`/v2/${path}/tags/list?n=1000`, origin);
  for (let page = 0; url && page < PAGE_LIMIT && tags.length < TAG_LIMIT; page++) {
    let response: Response = await ask(url, authorization, signal);
    if (response.status === 401 && authorization === null) {
      authorization = await authorize(response.headers.get('www-authenticate') ?? '', origin, request);
      await response.body?.cancel();
      if (authorization) response = await ask(url, authorization, signal);
    }
    tags.push(...(await tagsIn(response, repository)));
    url = nextPage(response, url);
  }
  return tags.slice(0, TAG_LIMIT);
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

const ask = (url: URL, authorization: string | null, signal: AbortSignal) =>
  fetch(url, { signal, headers: { accept: 'application/json', ...(authorization ? { authorization } : {}) } });

async function authorize(
  challenge: string,
  origin: URL,
  request: { path: string; credentials: Credentials | null; signal: AbortSignal },
): Promise<string | null> {
  if (/^Bearer /i.test(challenge)) {
    const token = await bearerToken(challenge, origin, request);
    return token && `Bearer ${token}`;
  }
  if (!request.credentials || !/^Basic\b/i.test(challenge)) return null;
  const { username, password } = request.credentials;
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

async function tagsIn(response: Response, repository: string): Promise<string[]> {
  if (response.status === 404) throw noSuchRepository(repository);
  if (response.status === 401 || response.status === 403) throw notAllowed(repository);
  if (!response.ok) throw failed(repository, `it answered ${response.status}`);
  const body = (await jsonBody(response)) as { tags?: unknown } | null;
  const tags = body?.tags ?? [];
  if (!Array.isArray(tags)) throw failed(repository, 'its list of tags cannot be read');
  return tags.filter((tag): tag is string => typeof tag === 'string' && /^\w[\w.-]{0,127}$/.test(tag));
}

// A next page elsewhere would be given the token as well.
function nextPage(response: Response, url: URL): URL | null {
  const link = /<([^>]+)>\s*;\s*rel="?next"?/.exec(response.headers.get('link') ?? '')?.[1];
  const next = link ? URL.parse(link, url) : null;
  return next?.origin === url.origin ? next : null;
}

const failed = (repository: string, what: string) =>
  new BelayError('registry-failed', `The registry ${registryName(repository)} failed: ${what}.`, {
    hint: 'Try again; if it stays so, ask who runs the registry.',
  });

const causeOf = (thrown: unknown) => {
  const cause = thrown instanceof Error ? (thrown.cause ?? thrown) : thrown;
  return cause instanceof Error ? cause.message : String(cause);
};

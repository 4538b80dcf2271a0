import { parseReference } from '../domain/image-reference.ts';
import type { ImageRegistry } from '../domain/ports/image-registry.ts';
import { jsonBody } from './json-body.ts';
import { registryFailed } from './registry-errors.ts';
import { mustAnswer, RegistrySession, unanswered } from './registry-session.ts';

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
      const late = deadline.aborted ? `no answer within ${this.#deadlineMs / 1000} s` : null;
      throw unanswered(thrown, familiar, { signal, late });
    }
  }
}

async function allTags(repository: string, signal: AbortSignal): Promise<string[]> {
  const session = new RegistrySession(repository);
  const headers = { accept: 'application/json' };
  const tags: string[] = [];
  let url: URL | null = session.url('tags/list?n=1000');
  for (let page = 0; url && page < PAGE_LIMIT && tags.length < TAG_LIMIT; page++) {
    const response = await session.ask(url, { headers, signal });
    tags.push(...(await tagsIn(response, repository)));
    url = nextPage(response, url, session);
  }
  return tags.slice(0, TAG_LIMIT);
}

async function tagsIn(response: Response, repository: string): Promise<string[]> {
  const body = (await jsonBody(mustAnswer(response, repository))) as { tags?: unknown } | null;
  const tags = body?.tags ?? [];
  if (!Array.isArray(tags)) throw registryFailed(repository, 'its list of tags cannot be read');
  return tags.filter((tag): tag is string => typeof tag === 'string' && /^\w[\w.-]{0,127}$/.test(tag));
}

// A next page elsewhere would be given the token as well.
function nextPage(response: Response, url: URL, session: RegistrySession): URL | null {
  const link = /<([^>]+)>\s*;\s*rel="?next"?/.exec(response.headers.get('link') ?? '')?.[1];
  const next = link ? URL.parse(link, url) : null;
  return next && session.isOwn(next) ? next : null;
}

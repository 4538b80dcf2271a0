import { BelayError } from './errors.ts';

export interface ImageReference {
  /** As people write it: Docker Hub's own names stay short (`nginx`, `acme/server`). */
  repository: string;
  tag: string | null;
  digest: string | null;
}

const REPOSITORY = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/;
const HOST = /^[A-Za-z0-9]+(?:[.-]+[A-Za-z0-9]+)*(?::\d+)?$|^\[[0-9A-Fa-f:]+\](?::\d+)?$/;

/** Reads `registry:5000/acme/server:2.0@sha256:…`. `invalid-input` for what no engine would accept. */
export function parseReference(text: string): ImageReference {
  const [named = '', digest] = text.split('@', 2);
  const colon = named.lastIndexOf(':');
  const tagged = colon > named.lastIndexOf('/');
  const tag = tagged ? named.slice(colon + 1) : null;
  const { host, path } = splitRepository(tagged ? named.slice(0, colon) : named);
  const valid =
    REPOSITORY.test(path) &&
    (host === null || HOST.test(host)) &&
    (tag === null || /^\w[\w.-]{0,127}$/.test(tag)) &&
    (digest === undefined || /^sha256:[0-9a-f]{64}$/.test(digest));
  if (!valid) {
    throw new BelayError('invalid-input', `${text} is not the name of an image.`, {
      hint: 'An image is named like registry.example.com/acme/server:2.0.',
    });
  }
  return { repository: familiar(host, path), tag, digest: digest ?? null };
}

/** A repository's registry and its path there; the registry is null for Docker Hub. */
export function splitRepository(repository: string): { host: string | null; path: string } {
  const slash = repository.indexOf('/');
  const first = repository.slice(0, Math.max(slash, 0));
  if (slash < 0 || !(/[.:]/.test(first) || first === 'localhost')) return { host: null, path: repository };
  if (first === 'docker.io' || first === 'index.docker.io') return { host: null, path: repository.slice(slash + 1) };
  return { host: first, path: repository.slice(slash + 1) };
}

function familiar(host: string | null, path: string): string {
  if (host !== null) return `${host}/${path}`;
  return /^library\/[^/]+$/.test(path) ? path.slice('library/'.length) : path;
}

/** The digest that one of `repository@sha256:…` gives for this repository; null where none does. */
export function digestFor(repository: string, repoDigests: string[]): string | null {
  const match = repoDigests.find((entry) => entry.startsWith(`${repository}@`));
  return match ? match.slice(repository.length + 1) : null;
}

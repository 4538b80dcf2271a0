/** `host:port/path:tag@digest`, taken apart. Tag and digest are '' where they are missing. */
export interface Reference {
  repository: string;
  tag: string;
  digest: string;
}

export function parseReference(text: string): Reference {
  const at = text.indexOf('@');
  const digest = at < 0 ? '' : text.slice(at + 1);
  const named = at < 0 ? text : text.slice(0, at);
  const colon = named.lastIndexOf(':');
  // A colon before the last slash belongs to the registry's port.
  const hasTag = colon > named.lastIndexOf('/');
  return {
    repository: hasTag ? named.slice(0, colon) : named,
    tag: hasTag ? named.slice(colon + 1) : '',
    digest,
  };
}

/** The registry's `host:port`, or null for a name of Docker Hub. */
export function registryHost(repository: string): string | null {
  const first = repository.split('/')[0] ?? '';
  const isHost = repository.includes('/') && (/[.:]/.test(first) || first === 'localhost');
  return isHost ? first : null;
}

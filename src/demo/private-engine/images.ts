import type { Readable } from 'node:stream';
import { askEngine, streamEngine } from './engine-api.ts';

/** `repository` and `tag` of a reference; a port's colon is not a tag's. */
export function splitReference(reference: string): { repository: string; tag: string } {
  const colon = reference.lastIndexOf(':');
  if (colon < 0 || reference.indexOf('/', colon) >= 0) return { repository: reference, tag: 'latest' };
  return { repository: reference.slice(0, colon), tag: reference.slice(colon + 1) };
}

/** Makes an image of a root file system in a tar archive. Returns the engine's id of it. */
export async function importImage(
  engine: { socketPath: string },
  reference: string,
  archive: Buffer | Readable,
  changes: string[] = [],
): Promise<string> {
  const { repository, tag } = splitReference(reference);
  const query = new URLSearchParams([
    ['fromSrc', '-'],
    ['repo', repository],
    ['tag', tag],
    ...changes.map((change) => ['changes', change]),
  ] as [string, string][]);
  await streamEngine(engine.socketPath, `/images/create?${query}`, {
    method: 'POST',
    body: archive,
    timeoutMs: 300_000,
  });
  return (await askEngine<{ Id: string }>(engine.socketPath, `/images/${reference}/json`)).Id;
}

/** Pushes an image to the registry that its reference names. Returns the manifest's digest there. */
export async function pushImage(engine: { socketPath: string }, reference: string): Promise<string> {
  const { repository, tag } = splitReference(reference);
  await streamEngine(engine.socketPath, `/images/${repository}/push?tag=${tag}`, {
    method: 'POST',
    headers: { 'x-registry-auth': Buffer.from('{}').toString('base64') },
    timeoutMs: 300_000,
  });
  const { RepoDigests } = await askEngine<{ RepoDigests: string[] }>(engine.socketPath, `/images/${reference}/json`);
  const digest = RepoDigests.find((entry) => entry.startsWith(`${repository}@`));
  if (digest === undefined) throw new Error(`no digest for ${reference} after pushing it`);
  return digest.slice(repository.length + 1);
}

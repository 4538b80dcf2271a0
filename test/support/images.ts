import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { askEngine, streamEngine } from './engine-api.ts';
import type { Engine } from './private-engine.ts';
import { type TarEntry, tar } from './tar.ts';

const run = promisify(execFile);

export interface ImageOptions {
  /** `127.0.0.1:5000/acme/server:1.0`, or a name without a registry. */
  reference: string;
  /** What lies on top of busybox. */
  files?: TarEntry[];
  /** Dockerfile instructions: CMD, ENV, LABEL, HEALTHCHECK, VOLUME, EXPOSE, USER, WORKDIR, ENTRYPOINT. */
  changes?: string[];
}

let rootFileSystem: Promise<TarEntry[]> | null = null;

async function busyboxEntries(): Promise<TarEntry[]> {
  const { stdout: path } = await run('which', ['busybox']);
  const binary = path.trim();
  const { stdout: applets } = await run(binary, ['--list']);
  return [
    ...['bin/', 'data/', 'dev/', 'etc/', 'proc/', 'root/', 'sys/', 'www/'].map((directory) => ({ path: directory })),
    { path: 'tmp/', mode: 0o1777 },
    { path: 'etc/passwd', content: 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n' },
    { path: 'etc/group', content: 'root:x:0:\nnobody:x:65534:\n' },
    { path: 'bin/busybox', content: await readFile(binary), mode: 0o755 },
    ...applets
      .trim()
      .split('\n')
      .filter((applet) => applet !== 'busybox')
      .map((applet) => ({ path: `bin/${applet}`, linkTo: 'busybox' })),
  ];
}

/** `repository` and `tag` of a reference; a port's colon is not a tag's. */
export function splitReference(reference: string): { repository: string; tag: string } {
  const colon = reference.lastIndexOf(':');
  if (colon < 0 || reference.indexOf('/', colon) >= 0) return { repository: reference, tag: 'latest' };
  return { repository: reference.slice(0, colon), tag: reference.slice(colon + 1) };
}

/** Makes an image of a root file system in a tar archive. Returns the engine's id of it. */
export async function importImage(
  engine: Engine,
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

/** Makes an image of busybox and the given files, without any registry. Returns the engine's id of it. */
export async function makeImage(engine: Engine, options: ImageOptions): Promise<string> {
  rootFileSystem ??= busyboxEntries();
  const archive = tar([...(await rootFileSystem), ...(options.files ?? [])]);
  return importImage(engine, options.reference, archive, options.changes);
}

/** Pushes an image to the registry that its reference names. Returns the manifest's digest there. */
export async function pushImage(engine: Engine, reference: string): Promise<string> {
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

/** Removes an image from the engine, so that the next use must pull it. */
export async function forgetImage(engine: Engine, reference: string): Promise<void> {
  await askEngine(engine.socketPath, `/images/${reference}?force=1`, { method: 'DELETE' });
}

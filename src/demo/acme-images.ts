import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { buildImage } from '../lab/image-definition.ts';
import { ACME_VERSIONS, acmeImage } from '../lab/seed-demo.ts';
import { askEngine } from './private-engine/engine-api.ts';
import { importImage, pushImage } from './private-engine/images.ts';
import { type TarEntry, tar } from './private-engine/tar.ts';

const run = promisify(execFile);
const NODE = 'usr/local/bin/node';
const ACME = 'usr/local/lib/acme/acme.mjs';

/** In a repository of its own: it is not a version. */
const baseOf = (repository: string): string => `${repository}-base:1`;

/**
 * Makes an image of each version of the sample appliance, without any network: this machine's Node with its
 * libraries and `program`, the very one that the embedded engine runs, configured as it is there.
 */
export async function makeAcmeImages(
  socketPath: string,
  repository: string,
  program: string,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  const base = baseOf(repository);
  await importImage({ socketPath }, base, tar(await rootFileSystem(program)));
  for (const version of ACME_VERSIONS) {
    signal.throwIfAborted();
    const { config } = buildImage(acmeImage(version));
    const { Id } = await askEngine<{ Id: string }>(socketPath, '/containers/create', {
      method: 'POST',
      body: { Image: base, Cmd: ['acme'] },
    });
    const query = new URLSearchParams({ container: Id, repo: repository, tag: version });
    try {
      await askEngine(socketPath, `/commit?${query}`, { method: 'POST', body: config });
    } finally {
      await askEngine(socketPath, `/containers/${Id}?force=1`, { method: 'DELETE' });
    }
  }
}

/** Pushes all versions, and leaves only the first one on the engine: the others are there to be pulled. */
export async function publishAcmeImages(socketPath: string, repository: string, signal: AbortSignal): Promise<void> {
  for (const [position, version] of ACME_VERSIONS.entries()) {
    signal.throwIfAborted();
    await pushImage({ socketPath }, `${repository}:${version}`);
    if (position > 0) await removeImage(socketPath, `${repository}:${version}`);
  }
}

/** Removes what `makeAcmeImages` has made. What is not there is none of its business. */
export async function removeAcmeImages(socketPath: string, repository: string): Promise<void> {
  const filters = JSON.stringify({ reference: [`${repository}:*`, baseOf(repository)] });
  const images = await askEngine<{ RepoTags: string[] | null }[]>(
    socketPath,
    `/images/json?${new URLSearchParams({ filters })}`,
  );
  for (const tag of images.flatMap(({ RepoTags }) => RepoTags ?? [])) await removeImage(socketPath, tag);
}

const removeImage = (socketPath: string, reference: string): Promise<unknown> =>
  askEngine(socketPath, `/images/${reference}`, { method: 'DELETE' });

/** No more than the program needs to run: there is not even a shell. */
async function rootFileSystem(program: string): Promise<TarEntry[]> {
  const source = (await readFile(program, 'utf8')).replace(/^#!.*\n/, '');
  const libraries = await librariesOf(process.execPath);
  return [
    ...['tmp/', 'var/lib/'].map((path) => ({ path })),
    { path: NODE, content: await readFile(process.execPath), mode: 0o755 },
    ...(await Promise.all(
      libraries.map(async (path) => ({ path: path.slice(1), content: await readFile(path), mode: 0o755 })),
    )),
    { path: ACME, content: `#!/${NODE}\n${source}`, mode: 0o755 },
    { path: 'usr/local/bin/acme', linkTo: `/${ACME}` },
  ];
}

/** Paths of the shared libraries that a program loads, its interpreter among them. */
async function librariesOf(program: string): Promise<string[]> {
  const { stdout } = await run('ldd', [program]);
  return stdout.split('\n').flatMap((line) => /(?:=>\s*|^\s*)(\/\S+) \(0x/.exec(line)?.[1] ?? []);
}

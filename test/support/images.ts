import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { askEngine } from '../../src/demo/private-engine/engine-api.ts';
import { importImage } from '../../src/demo/private-engine/images.ts';
import type { Engine } from '../../src/demo/private-engine/private-engine.ts';
import { type TarEntry, tar } from '../../src/demo/private-engine/tar.ts';

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

/** Makes an image of busybox and the given files, without any registry. Returns the engine's id of it. */
export async function makeImage(engine: Engine, options: ImageOptions): Promise<string> {
  rootFileSystem ??= busyboxEntries();
  const archive = tar([...(await rootFileSystem), ...(options.files ?? [])]);
  return importImage(engine, options.reference, archive, options.changes);
}

/** Removes an image from the engine, so that the next use must pull it. */
export async function forgetImage(engine: Engine, reference: string): Promise<void> {
  await askEngine(engine.socketPath, `/images/${reference}?force=1`, { method: 'DELETE' });
}

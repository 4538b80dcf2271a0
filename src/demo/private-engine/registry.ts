import { spawn } from 'node:child_process';
import { mkdtemp, open, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cleanStale, markProcess, reserve } from './started-things.ts';

export interface PrivateRegistry {
  /** `127.0.0.1:PORT`, as it stands before the repository in a reference. */
  address: string;
  stop(): Promise<void>;
}

/**
 * A TCP port on 127.0.0.1 that nothing listens on, below those that clients get for themselves: who knocks on a
 * closed one of those now and then connects to itself, and holds it.
 */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const port = 15_000 + Math.floor(Math.random() * 17_000);
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') freePort().then(resolve, reject);
      else reject(error);
    });
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(port)));
  });
}

const configuration = (storage: string, port: number) => `version: 0.1
log:
  level: error
storage:
  filesystem:
    rootdirectory: ${storage}
  delete:
    enabled: true
http:
  addr: 127.0.0.1:${port}
`;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Starts a real `docker-registry` on loopback with its storage in a temporary directory. */
export async function startRegistry(port?: number): Promise<PrivateRegistry> {
  await cleanStale();
  const directory = await mkdtemp(join(tmpdir(), 'belay-registry-'));
  const record = await reserve(directory);
  if (!record) throw new Error('two registries were given the same name');
  const usedPort = port ?? (await freePort());
  await writeFile(join(directory, 'config.yml'), configuration(join(directory, 'storage'), usedPort));

  const log = await open(join(directory, 'log'), 'a');
  const child = spawn('docker-registry', ['serve', join(directory, 'config.yml')], {
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
  });
  let gone = false;
  child.once('exit', () => {
    gone = true;
  });
  child.once('error', () => {
    gone = true;
  });
  child.unref();
  await log.close();
  if (child.pid !== undefined) record.things.processes.push(await markProcess(child.pid));
  await record.save();

  const address = `127.0.0.1:${usedPort}`;
  for (const deadline = Date.now() + 20_000; Date.now() < deadline && !gone; await pause(30)) {
    const answer = await fetch(`http://${address}/v2/`).catch(() => null);
    if (answer?.ok) return { address, stop: () => record.destroy() };
  }
  const words = await readFile(join(directory, 'log'), 'utf8').catch(() => '');
  await record.destroy();
  throw new Error(`docker-registry did not come up: ${words.trim()}`);
}

import { execFile, spawn } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { askEngine, callEngine } from './engine-api.ts';
import {
  cleanStale,
  engineLeftovers,
  markProcess,
  reserve,
  type StartedRecord,
  unmountBelow,
} from './started-things.ts';

const run = promisify(execFile);

/** A Docker Engine that may be used. */
export interface Engine {
  socketPath: string;
  /** As `DOCKER_HOST` has it. */
  dockerHost: string;
  /** Runs the docker command line against this engine and returns what it printed. Rejects with its message. */
  docker(args: string[]): Promise<string>;
}

/** A Docker Engine of one's own, on its own bridge, subnet and data root. */
export interface PrivateEngine extends Engine {
  dataRoot: string;
  pid(): number;
  /** Stops the engine as a service manager does, and starts it again: its containers go down with it. */
  restart(): Promise<void>;
  /** What a power failure of the host does to containers: everything is killed at once. Then the engine starts. */
  reboot(): Promise<void>;
  /** `kill -9` of dockerd alone: the containerd that it started dies of it, its shims and its containers go on. */
  kill(): Promise<void>;
  /** Kills everything that belongs to the engine at once. */
  powerOff(): Promise<void>;
  /** Starts it after `kill` or `powerOff`. */
  start(): Promise<void>;
  /** Removes containers, engine, mounts, bridge and data. */
  stop(): Promise<void>;
}

/** An engine that is already running. */
export function engineAt(socketPath: string): Engine {
  const dockerHost = `unix://${socketPath}`;
  return {
    socketPath,
    dockerHost,
    docker: async (args) => {
      const { stdout } = await run('docker', ['--host', dockerHost, ...args], { maxBuffer: 64 << 20 });
      return stdout.trimEnd();
    },
  };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function waitUntilItAnswers(socketPath: string, log: string, isGone: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await pause(50)) {
    const answer = await callEngine(socketPath, '/_ping', { timeoutMs: 2_000 }).catch(() => null);
    if (answer?.status === 200) return;
    if (isGone()) break;
  }
  const lines = (await readFile(log, 'utf8')).trimEnd().split('\n').slice(-15);
  throw new Error(`dockerd did not come up; its last lines:\n${lines.join('\n')}`);
}

/** A network that a test made is a bridge of the host's, which outlives the engine and keeps its subnet's route. */
async function removeNetworks(socketPath: string): Promise<void> {
  await askEngine(socketPath, '/networks/prune', { method: 'POST', timeoutMs: 30_000 });
}

async function removeContainers(socketPath: string): Promise<void> {
  const containers = await askEngine<{ Id: string }[]>(socketPath, '/containers/json?all=1', { timeoutMs: 10_000 });
  const remove = ({ Id }: { Id: string }) =>
    callEngine(socketPath, `/containers/${Id}?force=1&v=1`, { method: 'DELETE', timeoutMs: 30_000 });
  await Promise.all(containers.map(remove));
}

/** Takes a subnet 10.N.0.0/16 that no interface, route or other private engine uses, and makes a bridge on it. */
async function makeBridge(
  name: string,
  root: string,
): Promise<{ record: StartedRecord; octet: number; bridge: string }> {
  const { stdout: routes } = await run('ip', ['-4', 'route', 'show', 'table', 'all']);
  for (let attempt = 0; attempt < 55; attempt++) {
    const octet = 200 + ((process.pid + attempt) % 55);
    if (routes.includes(`10.${octet}.`)) continue;
    const bridge = `belay-t${octet}`;
    // The directory is short: a unix socket's path has at most 107 bytes.
    const record = await reserve(join(root, `belay-${name}-${octet}`), `10.${octet}.`, `net-${octet}`);
    if (!record) continue;
    await run('ip', ['link', 'add', bridge, 'type', 'bridge']);
    await run('ip', ['address', 'add', `10.${octet}.0.1/24`, 'dev', bridge]);
    await run('ip', ['link', 'set', bridge, 'up']);
    return { record, octet, bridge };
  }
  throw new Error('no free subnet 10.200.0.0/16 to 10.254.0.0/16 for a private Docker Engine');
}

/**
 * Starts a real dockerd with everything of its own. Needs root, dockerd and `ip`. The engine makes no
 * firewall rules (a second dockerd would flush the first one's): ports are published by its proxy on
 * the addresses of this machine, and its containers reach nothing outside. `root` is where its data goes.
 */
export async function startPrivateEngine(name: string, root = '/var/tmp'): Promise<PrivateEngine> {
  await cleanStale();
  const { record, octet, bridge } = await makeBridge(name, root);
  const directory = record.things.directory;
  const dataRoot = join(directory, 'data');
  const socketPath = join(directory, 'sock');
  const log = join(directory, 'dockerd.log');
  await run('mkdir', ['-p', directory]);
  // biome-ignore format: an option and its value to a line
  const args = [
    '--data-root', dataRoot, '--exec-root', join(directory, 'exec'), '--pidfile', join(directory, 'pid'),
    '--host', `unix://${socketPath}`, '--bridge', bridge, '--iptables=false', '--ip-forward=false',
    '--default-address-pool', `base=10.${octet}.128.0/17,size=24`,
    // The engine's own five attempts at a truncated layer take more than a minute.
    '--max-download-attempts=2',
  ];

  let pid = 0;
  async function start(): Promise<void> {
    const output = await open(log, 'a');
    const path = `${process.env['PATH']}:/usr/sbin:/sbin`;
    // Detached: a Ctrl-C at the terminal must not reach it before its containers are removed.
    const child = spawn('dockerd', args, {
      detached: true,
      stdio: ['ignore', output.fd, output.fd],
      env: { PATH: path, HOME: '/root' },
    });
    let gone = false;
    child.once('exit', () => {
      gone = true;
    });
    child.once('error', () => {
      gone = true;
    });
    child.unref();
    await output.close();
    if (child.pid !== undefined) {
      pid = child.pid;
      record.things.processes = [await markProcess(pid)];
      await record.save();
    }
    await waitUntilItAnswers(socketPath, log, () => gone);
  }
  async function waitUntilGone(): Promise<void> {
    while ((await markProcess(pid)).startTicks !== 'gone') await pause(20);
  }

  async function kill(): Promise<void> {
    process.kill(pid, 'SIGKILL');
    await waitUntilGone();
    await waitUntilContainerdIsGone();
  }
  /** It gets its signal a little later; an engine that finds it alive waits for it for ever. */
  async function waitUntilContainerdIsGone(): Promise<void> {
    const containerd = await containerdPid();
    for (let waitedMs = 0; waitedMs < 2_000; waitedMs += 10) {
      if ((await markProcess(containerd)).startTicks === 'gone') return;
      await pause(10);
    }
  }
  const containerdPidFile = join(directory, 'exec', 'containerd', 'containerd.pid');
  const containerdPid = async () => Number(await readFile(containerdPidFile, 'utf8').catch(() => '0'));
  let isOff = false;
  async function powerOff(): Promise<void> {
    await kill();
    isOff = true;
    // A process that is killed may have begun another one.
    for (let leftovers = await engineLeftovers(directory); leftovers.length > 0; ) {
      for (const leftover of leftovers) {
        try {
          process.kill(leftover, 'SIGKILL');
        } catch {
          // It has ended by itself meanwhile.
        }
      }
      await pause(20);
      leftovers = await engineLeftovers(directory);
    }
  }
  /** What a host keeps in memory is gone when its power was: the engine finds an empty runtime directory. */
  async function emptyRuntime(): Promise<void> {
    await unmountBelow(join(directory, 'exec'));
    await run('rm', ['-rf', join(directory, 'exec')]);
  }
  /** A killed engine leaves the number of a containerd that is dead, and would wait for that one for ever. */
  async function startAgain(): Promise<void> {
    if (isOff) await emptyRuntime();
    isOff = false;
    if ((await markProcess(await containerdPid())).startTicks === 'gone') await run('rm', ['-f', containerdPidFile]);
    await run('rm', ['-f', join(directory, 'pid')]);
    await start();
  }

  try {
    await start();
  } catch (error) {
    await record.destroy();
    throw error;
  }
  return {
    ...engineAt(socketPath),
    dataRoot,
    pid: () => pid,
    restart: async () => {
      process.kill(pid, 'SIGTERM');
      await waitUntilGone();
      await start();
    },
    reboot: async () => {
      await powerOff();
      await startAgain();
    },
    kill,
    powerOff,
    start: startAgain,
    stop: async () => {
      await removeContainers(socketPath).catch(() => {});
      await removeNetworks(socketPath).catch(() => {});
      await record.destroy();
    },
  };
}

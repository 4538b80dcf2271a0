import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { lstat, mkdir, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const RECORDS = join(tmpdir(), 'belay-started');

/** A process, told from a later one with the same number by its start time. */
interface ProcessMark {
  pid: number;
  startTicks: string;
}

/** What somebody has started and must take away again, kept in a file so that a crash does not lose it. */
export interface StartedThings {
  owner: ProcessMark;
  processes: ProcessMark[];
  /** `10.201.`: links with an address that begins so are the owner's; null where it has no network. */
  subnetPrefix: string | null;
  directory: string;
}

export interface StartedRecord {
  things: StartedThings;
  save(): Promise<void>;
  /** Takes everything away: processes, mounts, links, directory, and then the record itself. */
  destroy(): Promise<void>;
}

async function startTicks(pid: number): Promise<string | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => null);
  if (stat === null) return null;
  const afterName = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return afterName[0] === 'Z' ? null : (afterName[19] ?? null);
}

/** The mark of a running process. */
export async function markProcess(pid: number): Promise<ProcessMark> {
  return { pid, startTicks: (await startTicks(pid)) ?? 'gone' };
}

async function isAlive(mark: ProcessMark): Promise<boolean> {
  return (await startTicks(mark.pid)) === mark.startTicks;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function killAndWait(mark: ProcessMark, signal: 'SIGTERM' | 'SIGKILL', timeoutMs: number): Promise<boolean> {
  if (!(await isAlive(mark))) return true;
  process.kill(mark.pid, signal);
  for (const deadline = Date.now() + timeoutMs; Date.now() < deadline; await pause(20)) {
    if (!(await isAlive(mark))) return true;
  }
  return false;
}

/**
 * Processes that a container engine with its data in `directory` leaves behind when it is killed: its
 * containerd and shims (they name the directory in their arguments) and whatever runs in its containers
 * (their root file systems are mounted from it, in a mount namespace of their own). Only the root counts:
 * a container that any engine is just beginning still has a copy of every mount of the host.
 */
export async function engineLeftovers(directory: string): Promise<number[]> {
  const ourNamespace = await readlink('/proc/self/ns/mnt');
  const leftovers: number[] = [];
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry) || Number(entry) === process.pid) continue;
    const [command, namespace, mounts] = await Promise.all([
      readFile(`/proc/${entry}/cmdline`, 'latin1').catch(() => ''),
      readlink(`/proc/${entry}/ns/mnt`).catch(() => ourNamespace),
      readFile(`/proc/${entry}/mountinfo`, 'latin1').catch(() => ''),
    ]);
    const isEngines = /^(dockerd|containerd)/.test(basename(command.split('\0')[0] ?? ''));
    const named = isEngines && command.includes(`${directory}/`);
    const root = mounts.split('\n').find((line) => line.split(' ')[4] === '/') ?? '';
    if (named || (namespace !== ourNamespace && root.includes(`${directory}/`))) leftovers.push(Number(entry));
  }
  return leftovers;
}

/** Detaches everything that is mounted below a directory. */
export async function unmountBelow(directory: string): Promise<void> {
  const mountInfo = await readFile('/proc/self/mountinfo', 'latin1').catch(() => '');
  const mountPoints = mountInfo
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .filter((path) => path.startsWith(`${directory}/`));
  for (const path of mountPoints.reverse()) await run('umount', ['-l', path]).catch(() => {});
}

async function deleteLinks(subnetPrefix: string): Promise<void> {
  const { stdout } = await run('ip', ['-4', '-oneline', 'address', 'show']);
  for (const line of stdout.split('\n')) {
    const [, link, , address] = line.split(/\s+/);
    if (link === undefined || !address?.startsWith(subnetPrefix)) continue;
    await run('ip', ['link', 'delete', link]).catch(() => {});
  }
}

async function takeAway(things: StartedThings): Promise<void> {
  for (const mark of things.processes) {
    if (!(await killAndWait(mark, 'SIGTERM', 20_000))) await killAndWait(mark, 'SIGKILL', 5_000);
  }
  if (process.platform === 'linux') {
    for (const pid of await engineLeftovers(things.directory)) {
      await killAndWait(await markProcess(pid), 'SIGKILL', 5_000).catch(() => {});
    }
    await unmountBelow(things.directory);
    if (things.subnetPrefix !== null) await deleteLinks(things.subnetPrefix);
  }
  await rm(things.directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

/** What the records name is killed and deleted: nobody else may have put them there. */
async function refuseForeignRecords(): Promise<void> {
  const { uid, mode } = await lstat(RECORDS);
  const isOurs = uid === process.getuid?.() && (mode & 0o170022) === 0o040000;
  if (!isOurs) throw new Error(`${RECORDS} is not a directory that only this user can write in`);
}

/**
 * Records what is about to be started. `name` is unique among all records: 'wx' makes it a reservation,
 * and null is returned where somebody else has it.
 */
export async function reserve(
  directory: string,
  subnetPrefix: string | null = null,
  name: string = randomBytes(6).toString('hex'),
): Promise<StartedRecord | null> {
  await mkdir(RECORDS, { recursive: true, mode: 0o700 });
  await refuseForeignRecords();
  const file = join(RECORDS, `${name}.json`);
  const things: StartedThings = { owner: await markProcess(process.pid), processes: [], subnetPrefix, directory };
  try {
    await writeFile(file, JSON.stringify(things), { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return null;
    throw error;
  }
  return {
    things,
    save: () => writeFile(file, JSON.stringify(things)),
    destroy: async () => {
      await takeAway(things);
      await rm(file, { force: true });
    },
  };
}

/** Takes away what owners that crashed have left. */
export async function cleanStale(): Promise<void> {
  const entries = await readdir(RECORDS).catch(() => []);
  if (entries.length > 0) await refuseForeignRecords();
  for (const entry of entries) {
    const file = join(RECORDS, entry);
    const text = await readFile(file, 'utf8').catch(() => '');
    if (text === '') continue; // being written, or taken away by another run
    const things = JSON.parse(text) as StartedThings;
    if (await isAlive(things.owner)) continue;
    await takeAway(things);
    await rm(file, { force: true });
  }
}

import { constants } from 'node:fs';
import { chmod, copyFile, lstat, mkdtemp, readFile, realpath, rm, statfs, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { PathObstacle, SpaceInfo } from '../domain/ports/slot-store.ts';
import { failure, runCommand } from './command.ts';

interface MountPoint {
  path: string;
  filesystem: string;
}

/** The kernel's table of mounts, which writes blanks and backslashes in names as octal numbers. */
async function mountTable(): Promise<MountPoint[]> {
  const text = await readFile('/proc/self/mountinfo', 'latin1').catch(() => '');
  const decoded = (word: string) =>
    Buffer.from(
      word.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))),
      'latin1',
    ).toString();
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [before = '', after = ''] = line.split(' - ', 2);
      return { path: decoded(before.split(' ')[4] ?? ''), filesystem: after.split(' ')[0] ?? '' };
    });
}

/** Whether two paths lie in one another. */
export const isInside = (path: string, parent: string): boolean =>
  path === parent || path.startsWith(parent.endsWith('/') ? parent : `${parent}/`);

async function nearestExisting(path: string): Promise<string> {
  for (let current = resolve(path); ; current = dirname(current)) {
    const real = await realpath(current).catch(() => null);
    if (real !== null) return real;
    if (current === dirname(current)) return current;
  }
}

/** Type of the file system that holds `path` or its nearest existing parent, as the kernel names it. */
async function filesystemOf(path: string): Promise<string> {
  const real = await nearestExisting(path);
  let best: MountPoint | null = null;
  // A later mount hides an earlier one on the same path.
  for (const mount of await mountTable()) {
    if (isInside(real, mount.path) && mount.path.length >= (best?.path.length ?? 0)) best = mount;
  }
  return best?.filesystem ?? 'unknown';
}

const NEVER_REFLINKS = new Set(['ext2', 'ext3', 'ext4', 'tmpfs', 'ramfs', 'vfat', 'f2fs', 'squashfs', 'unknown']);

/** Clones a file for a try, outside the data where the file system reaches up to its parent directory. */
async function canReflink(directory: string): Promise<boolean> {
  if (NEVER_REFLINKS.has(await filesystemOf(directory))) return false;
  const parent = dirname(directory);
  const isSameFilesystem = (await lstat(parent)).dev === (await lstat(directory)).dev;
  let probe: string | null = null;
  try {
    probe = await mkdtemp(join(isSameFilesystem ? parent : directory, '.belay-probe-'));
    await writeFile(join(probe, 'a'), Buffer.alloc(4096, 1));
    await copyFile(join(probe, 'a'), join(probe, 'b'), constants.COPYFILE_FICLONE_FORCE);
    return true;
  } catch {
    return false;
  } finally {
    if (probe !== null) await rm(probe, { recursive: true, force: true });
  }
}

/** About the file system that holds `path` or its nearest existing parent. */
export async function spaceAt(path: string): Promise<SpaceInfo> {
  const existing = await nearestExisting(path);
  const status = await lstat(existing);
  const directory = status.isDirectory() ? existing : dirname(existing);
  const { bavail, bsize } = await statfs(existing);
  return {
    device: String(status.dev),
    freeBytes: bavail * bsize,
    filesystem: await filesystemOf(existing),
    reflink: process.platform === 'linux' && (await canReflink(directory)),
  };
}

/** Whether a clone of `from` at `to` takes constant time. */
export async function clonesInstantly(from: string, to: string): Promise<boolean> {
  const [source, target] = [await nearestExisting(from), await nearestExisting(to)];
  const [a, b] = await Promise.all([lstat(source), lstat(target)]);
  return a.dev === b.dev && (await spaceAt(to)).reflink;
}

/** Why a path cannot hold a slot; null where it can. */
export async function obstacleAt(path: string): Promise<PathObstacle> {
  const status = await lstat(path).catch(() => null);
  if (!status) return 'missing';
  if (status.isSymbolicLink()) return 'link';
  if (!status.isDirectory() && !status.isFile()) return 'special';
  const real = join(await realpath(dirname(path)), basename(path));
  const isMountPoint = (await mountTable()).some((mount) => mount.path === real);
  return isMountPoint || (await lstat(dirname(real))).dev !== status.dev ? 'mount-point' : null;
}

/** Flushes the file systems that hold these paths, each once. */
export async function flushFilesystems(paths: string[]): Promise<void> {
  const byDevice = new Map<number, string>();
  for (const path of paths) {
    const existing = await nearestExisting(path);
    byDevice.set((await lstat(existing)).dev, existing);
  }
  if (byDevice.size === 0) return;
  const args = process.platform === 'linux' ? ['-f', '--', ...byDevice.values()] : [];
  const { exitCode, complaints } = await runCommand('sync', args);
  if (exitCode !== 0) throw failure('flushing the data to disk', complaints);
}

/**
 * The kernel's time, which is what file times are made of, whatever clock this process believes in:
 * the change time that a file of ours gets now.
 */
export async function kernelTimeMs(ownPath: string): Promise<number> {
  await chmod(ownPath, (await lstat(ownPath)).mode & 0o7777);
  return (await lstat(ownPath)).ctimeMs;
}

import { lstat, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { BelayError } from '../domain/errors.ts';
import type { CopyProgress } from '../domain/ports/slot-store.ts';
import { isBelaysPath } from '../domain/slot.ts';
import { failure, runCommand } from './command.ts';
import { isInside, obstacleAt } from './filesystem.ts';
import { LOST_AND_FOUND } from './level.ts';
import { isParkedIn } from './mount-note.ts';
import { hasGnuTools } from './tools.ts';
import { measureTree } from './tree.ts';

const SAMPLE_INTERVAL_MS = 200;

/**
 * Makes `to` an empty file or directory, as `from` is one. A directory that is there stays the same
 * one, because it may be a volume's. Refuses to empty anything that does not bear Belay's name.
 */
export async function prepareTarget(from: string, to: string): Promise<void> {
  const source = await lstat(from).catch(() => null);
  if (source === null) throw new BelayError('data-missing', `Nothing is at ${from}.`);
  if (isInside(to, from) || isInside(from, to)) {
    throw new BelayError('refused', `${from} cannot be cloned to ${to}: one is inside the other.`);
  }
  let target = await lstat(to).catch(() => null);
  const isEmpty = target === null || (target.isDirectory() ? (await readdir(to)).length === 0 : target.size === 0);
  if (!isEmpty && !isBelaysPath(to) && !(await isParkedIn(to))) {
    throw new BelayError('refused', `${to} is not overwritten: it is not a clone that Belay made.`);
  }
  if (target !== null && target.isDirectory() !== source.isDirectory()) {
    await rm(to, { recursive: true });
    target = null;
  }
  if (!source.isDirectory()) await writeFile(to, '', { mode: 0o600 });
  else if (target === null) await mkdir(to, { recursive: true, mode: 0o700 });
  else if (!isEmpty) await emptyDirectory(to);
}

/** Deletes everything in a directory; in a mount point, what the file system has of itself stays. */
export async function emptyDirectory(directory: string): Promise<void> {
  const isWhole = (await obstacleAt(directory)) === 'mount-point';
  const spared = isWhole ? ['!', '-path', `./${LOST_AND_FOUND}`, '!', '-path', `./${LOST_AND_FOUND}/*`] : [];
  const args = ['.', '-xdev', '-mindepth', '1', ...spared, '-delete'];
  const { exitCode, complaints } = await runCommand('find', args, { cwd: directory });
  if (exitCode !== 0) throw failure(`emptying ${directory}`, complaints);
}

/** Bytes that a process has written, by the kernel's account; 0 where it keeps none. */
async function writtenBytes(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/io`, 'utf8').catch(() => '');
  return Number(/^wchar: (\d+)$/m.exec(text)?.[1] ?? 0);
}

/** Samples a copying process, without slowing it, until the returned function is called. */
function watch(pid: number, totalBytes: number, onProgress: (progress: CopyProgress) => void): () => void {
  const timer = setInterval(async () => {
    const doneBytes = Math.min(await writtenBytes(pid), totalBytes);
    if (timer.hasRef()) onProgress({ doneBytes, totalBytes });
  }, SAMPLE_INTERVAL_MS);
  return () => {
    clearInterval(timer);
    timer.unref();
  };
}

export interface CopyOptions {
  onProgress?: (progress: CopyProgress) => void;
  /** The source is in use: files may vanish while they are copied. */
  isLive: boolean;
  signal?: AbortSignal | undefined;
}

/** Copies everything, sharing blocks where the file system can. `to` has been prepared. */
export async function copyWhole(from: string, to: string, options: CopyOptions): Promise<void> {
  const { onProgress, isLive, signal } = options;
  const totalBytes = onProgress ? (await measureTree(from, signal)).sizeBytes : 0;
  let stopWatching = () => {};
  // Without GNU's -T, only a trailing `/.` makes the contents go into the directory that is there.
  const source = (await lstat(from)).isDirectory() ? `${from}/.` : from;
  const args = (await hasGnuTools()) ? ['-a', '--reflink=auto', '-T', '--', from, to] : ['-a', source, to];
  try {
    const { exitCode, complaints } = await runCommand('cp', args, {
      signal,
      ...(isLive ? { ignore: /No such file or directory|was replaced while being copied/ } : {}),
      onStart: (pid) => {
        if (onProgress) stopWatching = watch(pid, totalBytes, onProgress);
      },
    });
    if (exitCode !== 0 && (complaints.length > 0 || !isLive)) throw failure(`copying ${from} to ${to}`, complaints);
  } finally {
    stopWatching();
  }
  onProgress?.({ doneBytes: totalBytes, totalBytes });
}

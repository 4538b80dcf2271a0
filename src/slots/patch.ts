import { constants } from 'node:fs';
import { type FileHandle, open, readlink } from 'node:fs/promises';
import { runCommand, throwIfAborted } from './command.ts';

const BLOCK_BYTES = 1 << 20;
const FILES_AT_ONCE = 2;
const RANGES_AT_ONCE = 2;

const pathBytes = (root: string, path: string) => Buffer.concat([Buffer.from(`${root}/`), Buffer.from(path, 'latin1')]);

/**
 * Opens a file below `root`, which is a real path. Null where any part of the way is a symbolic link:
 * what the kernel says that was opened must be what was asked for, so that nothing outside is touched.
 */
async function openWithin(root: string, path: string, flags: number): Promise<FileHandle | null> {
  const wanted = pathBytes(root, path);
  const file = await open(wanted, flags | constants.O_NOFOLLOW).catch(() => null);
  if (file === null) return null;
  const opened = await readlink(`/proc/self/fd/${file.fd}`, { encoding: 'buffer' });
  if (opened.equals(wanted)) return file;
  await file.close();
  return null;
}

async function readBlock(file: FileHandle, buffer: Buffer, position: number): Promise<number> {
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}

interface Pair {
  source: FileHandle;
  target: FileHandle;
  sizeBytes: number;
}

/** Compares every nth block, from the kth on, and writes those that differ. */
async function patchBlocks({ source, target, sizeBytes }: Pair, k: number, n: number, signal?: AbortSignal) {
  const wanted = Buffer.allocUnsafe(Math.min(BLOCK_BYTES, sizeBytes));
  const present = Buffer.allocUnsafe(wanted.length);
  for (let position = k * BLOCK_BYTES; position < sizeBytes; position += n * BLOCK_BYTES) {
    throwIfAborted(signal);
    const [length, presentLength] = await Promise.all([
      readBlock(source, wanted, position),
      readBlock(target, present, position),
    ]);
    const block = wanted.subarray(0, length);
    if (block.equals(present.subarray(0, presentLength))) continue;
    for (let written = 0; written < length; ) {
      written += (await target.write(block, written, length - written, position + written)).bytesWritten;
    }
  }
}

async function patchFile(from: string, to: string, path: string, signal?: AbortSignal): Promise<boolean> {
  const source = await openWithin(from, path, constants.O_RDONLY);
  const target = await openWithin(to, path, constants.O_RDWR);
  try {
    if (source === null || target === null) return false;
    const sizeBytes = (await source.stat()).size;
    if ((await target.stat()).size !== sizeBytes) await target.truncate(sizeBytes);
    const pair = { source, target, sizeBytes };
    await Promise.all(Array.from({ length: RANGES_AT_ONCE }, (_, k) => patchBlocks(pair, k, RANGES_AT_ONCE, signal)));
    return true;
  } finally {
    await source?.close();
    await target?.close();
  }
}

/** Gives the clone's files the times of their sources, to the nanosecond, which Node cannot. */
async function copyTimes(from: string, to: string, paths: string[], signal?: AbortSignal): Promise<void> {
  if (paths.length === 0) return;
  const input = Buffer.from(`${paths.map((path) => `./${path}`).join('\0')}\0`, 'latin1');
  const copy = ['cp', '--attributes-only', '--preserve=timestamps', '--parents', '-t', to, '--'];
  // A time that is not carried over costs only that rsync copies the file again.
  await runCommand('xargs', ['-0', ...copy], { cwd: from, input, signal });
}

/**
 * Makes the content of files in a clone equal to their sources', writing only the blocks that differ,
 * and then their times. `from` and `to` are real paths. Files that cannot be opened are left as they are.
 */
export async function patchFiles(
  from: string,
  to: string,
  files: { path: string }[],
  signal?: AbortSignal,
): Promise<void> {
  const patched: string[] = [];
  const queue = files.values();
  const work = async () => {
    for (const { path } of queue) if (await patchFile(from, to, path, signal)) patched.push(path);
  };
  await Promise.all(Array.from({ length: FILES_AT_ONCE }, work));
  await copyTimes(from, to, patched, signal);
}

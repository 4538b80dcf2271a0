import { constants } from 'node:fs';
import { access, link, lstat, rename, rm, stat, statfs } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { BelayError } from '../../domain/errors.ts';
import { flushFilesystems } from '../filesystem.ts';

const PARTIAL = '.belay-partial';
const RESERVE_BYTES = 256 << 20;
const RESERVE_SHARE = 0.05;

export const isPartial = (name: string): boolean => name.includes(PARTIAL);

const partialOf = (path: string): string => join(dirname(path), `.${basename(path)}${PARTIAL}`);

/** Removes what was half written of a file, where a daemon was cut off. */
export async function removePartial(path: string): Promise<void> {
  for (const end of ['', '.sums']) await rm(`${partialOf(path)}${end}`, { force: true });
}

/** Writes under another name first: what bears the right name is whole. Nothing is left where it fails. */
export async function writeWhole<T>(path: string, write: (partial: string) => Promise<T>): Promise<T> {
  await refuseTaken(path);
  await removePartial(path);
  try {
    return await writeInParts(path, write);
  } finally {
    await rm(partialOf(path), { force: true });
  }
}

/** As `writeWhole`; where it fails, what has been written stays, and `write` finds it the next time. */
export async function writeInParts<T>(path: string, write: (partial: string) => Promise<T>): Promise<T> {
  const partial = partialOf(path);
  await refuseTaken(path);
  try {
    const result = await write(partial);
    await giveName(partial, path);
    await rm(partial, { force: true });
    return result;
  } catch (thrown) {
    throw explained(thrown, path);
  }
}

/** The size of a file from outside. `not-found` where there is no file. */
export async function sizeOfFile(path: string): Promise<number> {
  const status = await stat(path).catch(() => null);
  if (status?.isFile()) return status.size;
  throw new BelayError('not-found', `There is no file ${path}.`, {
    hint: `It is looked for on the host that Belay runs on: ls -l ${dirname(path)}`,
  });
}

/** Whether a file can be written there at all, before anything is made for it. */
export async function requireWritable(path: string): Promise<void> {
  await refuseTaken(path);
  const directory = dirname(path);
  const status = await stat(directory).catch(() => null);
  if (!status?.isDirectory()) {
    throw new BelayError('refused', `There is no directory ${directory}.`, {
      hint: `Make it on the host that Belay runs on, then type the command again: mkdir -p ${directory}`,
    });
  }
  try {
    await access(directory, constants.W_OK);
  } catch (thrown) {
    throw explained(thrown, path);
  }
}

async function refuseTaken(path: string): Promise<void> {
  if (!(await lstat(path).catch(() => null))) return;
  throw new BelayError('refused', `${path} is there already.`, { hint: 'Choose another name, or move it away.' });
}

/** Links, because a rename would overwrite what has appeared there meanwhile. */
async function giveName(partial: string, path: string): Promise<void> {
  try {
    await link(partial, path);
  } catch (thrown) {
    // Sticks and some network drives have no links.
    if (!['EPERM', 'ENOTSUP', 'ENOSYS', 'EMLINK'].includes((thrown as NodeJS.ErrnoException).code ?? '')) throw thrown;
    await refuseTaken(path);
    await rename(partial, path);
  }
  await flushFilesystems([dirname(path)]);
}

/** Something is left for the appliance itself, which may be writing to the same disk. */
export async function requireRoom(path: string, neededBytes = 0): Promise<void> {
  const { bavail, blocks, bsize } = await statfs(dirname(path));
  const reserveBytes = Math.min(RESERVE_BYTES, blocks * bsize * RESERVE_SHARE);
  if (bavail * bsize < reserveBytes + neededBytes) throw full(dirname(path));
}

const full = (directory: string, cause?: unknown): BelayError =>
  new BelayError('no-space', `There is no room for the archive in ${directory}.`, {
    hint: 'Free some space there.',
    cause,
  });

function explained(thrown: unknown, path: string): unknown {
  const { code } = thrown as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT') return full(dirname(path), thrown);
  if (code === 'EEXIST') return new BelayError('refused', `${path} is there already.`, { cause: thrown });
  if (code === 'ENOENT' || code === 'EACCES' || code === 'EROFS' || code === 'ENOTDIR') {
    return new BelayError('refused', `${path} cannot be written: ${(thrown as Error).message}.`, {
      hint: 'Choose another place, then type the command again.',
      cause: thrown,
    });
  }
  return thrown;
}

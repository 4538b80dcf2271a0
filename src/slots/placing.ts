import { lstat, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { BelayError } from '../domain/errors.ts';
import type { Whereabouts } from '../domain/ports/slot-store.ts';
import { type DataIdentity, isBelaysPath, isSameData, type SlotMount } from '../domain/slot.ts';
import { failure, runCommand } from './command.ts';

/** What is at `path` now; null where nothing is. */
export async function identityAt(path: string): Promise<DataIdentity | null> {
  if (path === '') return null;
  try {
    const status = await lstat(path, { bigint: true });
    return { inode: String(status.ino), bornNs: String(status.birthtimeNs) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw error;
  }
}

/** Where a mount's data lies, told by what it is and not by its name. */
export async function whereaboutsOf(mount: SlotMount): Promise<Whereabouts> {
  const atPath = await identityAt(mount.path);
  if (mount.kind === 'volume' || mount.parkedPath === null) {
    if (atPath === null) return 'missing';
    return mount.identity === null || isSameData(atPath, mount.identity) ? 'in-place' : 'foreign';
  }
  const parked = await identityAt(mount.parkedPath);
  // A clone that has not been recorded yet is where clones are made.
  if (mount.identity === null) return parked === null ? 'missing' : 'parked';
  if (isSameData(atPath, mount.identity)) return 'in-place';
  if (isSameData(parked, mount.identity)) return 'parked';
  return atPath === null && parked === null ? 'missing' : 'foreign';
}

function dataMissing(mount: SlotMount, whereabouts: 'missing' | 'foreign'): BelayError {
  const what = mount.kind === 'volume' ? `volume ${mount.volume}` : mount.path;
  const words =
    whereabouts === 'missing'
      ? `The data of ${what} is not there any more.`
      : `What is at ${mount.path || what} is not the data that was there: it has been removed or replaced.`;
  return new BelayError('data-missing', words, {
    hint: 'Put the data back where it was, then try again.',
    details: { path: mount.path, parkedPath: mount.parkedPath },
  });
}

/** The path where the mount's data lies now. `data-missing` where it is missing or foreign. */
export async function locateData(mount: SlotMount): Promise<string> {
  const whereabouts = await whereaboutsOf(mount);
  if (whereabouts === 'missing' || whereabouts === 'foreign') throw dataMissing(mount, whereabouts);
  return whereabouts === 'parked' ? (mount.parkedPath as string) : mount.path;
}

/** Without it a power cut may undo what has been renamed or removed in the directory, which the journal holds for done. */
export async function flushDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

async function isEmptyDirectory(path: string): Promise<boolean> {
  return (await lstat(path)).isDirectory() && (await readdir(path)).length === 0;
}

async function move(from: string, to: string, over: 'nothing' | 'an empty directory'): Promise<void> {
  if ((await identityAt(to)) !== null && !(over === 'an empty directory' && (await isEmptyDirectory(to)))) {
    throw new BelayError('refused', `${from} cannot be renamed to ${to}: something else is there.`, {
      hint: `See what ${to} is, and move it away.`,
    });
  }
  try {
    // Renaming a directory over one that is empty replaces it, and fails where something has come into it.
    await rename(from, to);
    await flushDirectory(dirname(to));
  } catch (error) {
    throw new BelayError('refused', `${from} cannot be renamed to ${to}: ${(error as Error).message}.`, {
      cause: error,
    });
  }
}

/** Renames a bind mount's data from its parked path into place. */
export async function placeData(mount: SlotMount): Promise<void> {
  if (mount.kind === 'volume' || mount.parkedPath === null) return;
  if ((await locateData(mount)) !== mount.path) await move(mount.parkedPath, mount.path, 'an empty directory');
}

/** Renames a bind mount's data out of the way, to its parked path. */
export async function parkData(mount: SlotMount): Promise<void> {
  if (mount.kind === 'volume' || mount.parkedPath === null) return;
  if ((await locateData(mount)) === mount.path) await move(mount.path, mount.parkedPath, 'nothing');
}

/** Deletes a clone, without leaving its file system. */
export async function discardClone(path: string): Promise<void> {
  if (!isBelaysPath(path)) {
    throw new BelayError('refused', `${path} is not deleted: it is not a clone that Belay made.`);
  }
  if ((await identityAt(path)) === null) return;
  if (process.platform === 'linux') {
    const { exitCode, complaints } = await runCommand('rm', ['-rf', '--one-file-system', '--', path]);
    if (exitCode !== 0) throw failure(`deleting the clone ${path}`, complaints);
  } else await rm(path, { recursive: true, force: true });
  await flushDirectory(dirname(path));
}

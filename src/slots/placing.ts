import { lstat, readdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { BelayError } from '../domain/errors.ts';
import type { Left, Whereabouts } from '../domain/ports/slot-store.ts';
import { isBelaysPath, isSameData, type SlotMount } from '../domain/slot.ts';
import { failure, runCommand } from './command.ts';
import { obstacleAt } from './filesystem.ts';
import { flushDirectory, identityAt, readNote } from './mount-note.ts';
import { type BringLevel, lookUp, parkIn, placeIn } from './mount-point.ts';
import { acknowledgeIn, claimIn, notMounted, vacateIn } from './mount-upkeep.ts';

/** Where a mount's data lies, told by what it is and not by its name. */
export async function whereaboutsOf(mount: SlotMount): Promise<Whereabouts> {
  return (await find(mount)).whereabouts;
}

async function find(mount: SlotMount): Promise<{ whereabouts: Whereabouts; path: string }> {
  const { path, parkedPath, identity } = mount;
  const atPath = await identityAt(path);
  if (mount.kind === 'volume' || parkedPath === null) {
    if (atPath === null) return { whereabouts: 'missing', path };
    return { whereabouts: identity === null || isSameData(atPath, identity) ? 'in-place' : 'foreign', path };
  }
  const note = await readNote(path);
  if (note !== null) return lookUp(mount, note);
  const parked = await identityAt(parkedPath);
  // A clone that has not been recorded yet is where clones are made.
  if (identity === null) return { whereabouts: parked === null ? 'missing' : 'parked', path: parkedPath };
  if (isSameData(atPath, identity)) return { whereabouts: 'in-place', path };
  if (isSameData(parked, identity)) return { whereabouts: 'parked', path: parkedPath };
  return { whereabouts: atPath === null && parked === null ? 'missing' : 'foreign', path };
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
  const { whereabouts, path } = await find(mount);
  if (whereabouts === 'foreign' && (await readNote(mount.path)) !== null) throw notMounted(mount.path);
  if (whereabouts === 'missing' || whereabouts === 'foreign') throw dataMissing(mount, whereabouts);
  return path;
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

/** Brings a bind mount's data from its parked path into place: by renaming, or by copying into a mount point. */
export async function placeData(mount: SlotMount, left: Left | undefined, bringLevel: BringLevel): Promise<void> {
  if (mount.kind === 'volume' || mount.parkedPath === null) return;
  const note = await readNote(mount.path);
  if (note !== null) return placeIn(mount, note, left, bringLevel);
  if ((await whereaboutsOf(mount)) === 'in-place') return;
  if ((await obstacleAt(mount.path)) === 'mount-point') return placeIn(mount, note, left, bringLevel);
  if ((await locateData(mount)) !== mount.path) await move(mount.parkedPath, mount.path, 'an empty directory');
}

/** Renames a bind mount's data out of the way, to its parked path; a mount point keeps it until other data comes. */
export async function parkData(mount: SlotMount): Promise<void> {
  if (mount.kind === 'volume' || mount.parkedPath === null) return;
  await locateData(mount);
  if ((await whereaboutsOf(mount)) !== 'in-place') return;
  const note = await readNote(mount.path);
  if (note !== null || (await obstacleAt(mount.path)) === 'mount-point') return parkIn(mount, note);
  await move(mount.path, mount.parkedPath, 'nothing');
}

/** Makes an empty mount point the slot's own, where the mount's data is made in it. */
export async function claimPlace(mount: SlotMount): Promise<void> {
  if (mount.madeInPlace) await claimIn(mount);
}

/** What lies in a mount point is the slot's, where it was another's so far. */
export async function acknowledgeData(mount: SlotMount): Promise<void> {
  if (mount.kind === 'bind' && mount.parkedPath !== null) await acknowledgeIn(mount);
}

/** Takes what the slot has in a mount point out of it. */
export async function vacatePlace(mount: SlotMount): Promise<void> {
  if (mount.kind === 'bind' && mount.parkedPath !== null) await vacateIn(mount);
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

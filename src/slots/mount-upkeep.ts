import { chmod, chown, lstat, readdir, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { BelayError } from '../domain/errors.ts';
import type { SlotId } from '../domain/ids.ts';
import { isSameData, parkedPathOf, type SlotMount, slotOfPath, unfinishedPathOf } from '../domain/slot.ts';
import { failure, runCommand } from './command.ts';
import { emptyDirectory } from './copy.ts';
import { flushFilesystems } from './filesystem.ts';
import { LOST_AND_FOUND } from './level.ts';
import { flushDirectory, identityAt, type MountNote, readNote, removeNote, writeNote } from './mount-note.ts';

export const slotOf = ({ parkedPath }: SlotMount): SlotId => slotOfPath(parkedPath ?? '') ?? '';

/** What a running container uses has been recorded as the slot's identity, also where another disk has been mounted. */
export async function isMounted({ path, identity }: SlotMount, { root }: MountNote): Promise<boolean> {
  const now = await identityAt(path);
  return isSameData(now, root) || isSameData(now, identity);
}

export async function mustBeMounted(mount: SlotMount, note: MountNote): Promise<void> {
  if (!(await isMounted(mount, note))) throw notMounted(mount.path);
}

export const notMounted = (path: string): BelayError =>
  new BelayError('data-missing', `The file system that was mounted at ${path} is not there.`, {
    hint: 'Mount it, then try again.',
  });

export const freshNote = async ({ path }: SlotMount): Promise<MountNote> => {
  const root = await identityAt(path);
  if (root === null) throw new BelayError('data-missing', `Nothing is at ${path}.`);
  return { root, lies: null, placed: false, asides: {} };
};

export const inTheWay = (path: string): BelayError =>
  new BelayError('refused', `Something else is in the file system that is mounted at ${path}.`, {
    hint: `See what is in ${path}, and move it away.`,
  });

/** Ends what a crash has cut off: gives a copy its name, and removes the one of what lies in the mount point itself. */
export async function settled(path: string, note: MountNote): Promise<MountNote> {
  const asides: MountNote['asides'] = {};
  for (const [slot, { at, ...identity }] of Object.entries(note.asides)) {
    asides[slot] = identity;
    const named = parkedPathOf(path, slot);
    if (at === undefined || !isSameData(await identityAt(at), identity)) continue;
    await removeTree(named);
    await rename(at, named);
    await flushDirectory(dirname(named));
  }
  const tidy = { ...note, asides };
  if (Object.values(note.asides).some(({ at }) => at !== undefined)) await writeNote(path, tidy);
  if (note.lies !== null) await removeTree(parkedPathOf(path, note.lies));
  return tidy;
}

/** Makes an empty mount point a slot's own, before anything is written to it. */
export async function claimIn(mount: SlotMount): Promise<void> {
  const { path } = mount;
  const known = await readNote(path);
  if (known?.lies === slotOf(mount)) return;
  const note = known ?? (await freshNote(mount));
  await mustBeMounted(mount, note);
  if (note.lies !== null || !(await isVacant(path))) throw inTheWay(path);
  const { mode, uid, gid } = await lstat(path);
  await writeNote(path, { ...note, lies: slotOf(mount), placed: false, look: { mode: mode & 0o7777, uid, gid } });
}

/** What lies in the mount point is the slot's from now on. */
export async function acknowledgeIn(mount: SlotMount): Promise<void> {
  const note = await readNote(mount.path);
  if (!note?.placed || (note.lies === slotOf(mount) && (await isSameRoot(mount, note)))) return;
  const { root } = await freshNote(mount);
  await writeNote(mount.path, { ...(await settled(mount.path, note)), root, lies: slotOf(mount) });
}

const isSameRoot = async ({ path }: SlotMount, { root }: MountNote) => isSameData(await identityAt(path), root);

/** Takes a slot's data out of the mount point for good, where it lies there and is not in place, and its copy with it. */
export async function vacateIn(mount: SlotMount): Promise<void> {
  const { path } = mount;
  const slot = slotOf(mount);
  const known = await readNote(path);
  await removeTree(unfinishedPathOf(path, slot));
  if (known === null) return;
  let note = await settled(path, known);
  if (note.lies === slot) {
    if (note.placed) throw new BelayError('refused', `The data at ${path} is in place, so it is not removed.`);
    await mustBeMounted(mount, note);
    await emptyDirectory(path);
    if (note.look) {
      await chown(path, note.look.uid, note.look.gid);
      await chmod(path, note.look.mode);
    }
    await flushFilesystems([path]);
    note = { ...note, lies: null };
  }
  await removeTree(parkedPathOf(path, slot));
  const { [slot]: _, ...asides } = note.asides;
  if (note.lies === null && Object.keys(asides).length === 0) await removeNote(path);
  else await writeNote(path, { ...note, asides });
}

/** Whether nothing is in it but what a file system has of itself. */
export async function isVacant(path: string): Promise<boolean> {
  return (await readdir(path)).every((name) => name === LOST_AND_FOUND);
}

export async function removeTree(path: string): Promise<void> {
  if ((await identityAt(path)) === null) return;
  const { exitCode, complaints } = await runCommand('rm', ['-rf', '--one-file-system', '--', path]);
  if (exitCode !== 0) throw failure(`deleting the copy ${path}`, complaints);
  await flushDirectory(dirname(path));
}

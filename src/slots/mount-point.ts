import { rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { BelayError } from '../domain/errors.ts';
import type { SlotId } from '../domain/ids.ts';
import type { Left, Whereabouts } from '../domain/ports/slot-store.ts';
import { isSameData, parkedPathOf, type SlotMount, unfinishedPathOf } from '../domain/slot.ts';
import { copyWhole, emptyDirectory } from './copy.ts';
import { flushFilesystems, obstacleAt } from './filesystem.ts';
import { bringCopyLevel } from './level.ts';
import { flushDirectory, identityAt, type MountNote, removeNote, writeNote } from './mount-note.ts';
import {
  freshNote,
  inTheWay,
  isMounted,
  isVacant,
  mustBeMounted,
  removeTree,
  settled,
  slotOf,
} from './mount-upkeep.ts';
import { hasComparingTools } from './tools.ts';

/** Makes a copy identical to its source, from a first pass at `sinceMs` on, or as a whole where that is 0. */
export type BringLevel = (from: string, to: string, sinceMs: number) => Promise<void>;

/** Where a slot's data is, by the note: where it lies in the mount point, or else where its copy is. */
export async function lookUp(mount: SlotMount, note: MountNote): Promise<{ whereabouts: Whereabouts; path: string }> {
  const { path, identity } = mount;
  const slot = slotOf(mount);
  const isThere = await isMounted(mount, note);
  if (note.lies === slot) return { whereabouts: isThere ? (note.placed ? 'in-place' : 'parked') : 'foreign', path };
  // With nothing mounted there, what is beside has no place to come into.
  if (!isThere && (await obstacleAt(path)) !== 'mount-point') return { whereabouts: 'foreign', path };
  const aside = note.asides[slot];
  for (const candidate of [mount.parkedPath ?? '', aside?.at ?? '']) {
    const there = await identityAt(candidate);
    // A clone that has not been recorded yet is where clones are made.
    const isUnrecorded = identity === null && aside === undefined && there !== null;
    if (isUnrecorded || isSameData(there, identity) || isSameData(there, aside ?? null)) {
      return { whereabouts: 'parked', path: candidate };
    }
  }
  return { whereabouts: 'missing', path };
}

/** The data stays where it lies, and no container may use it there. The slot's data is in place. */
export async function parkIn(mount: SlotMount, note: MountNote | null): Promise<void> {
  const { root } = await freshNote(mount);
  const asides = note?.asides ?? {};
  await writeNote(mount.path, { ...note, root, asides, lies: slotOf(mount), placed: false });
}

/**
 * Brings the slot's data into the mount point. Whatever lies there is whole somewhere else before the first byte of it
 * is changed, and the note says in between that it belongs to nobody: cut off anywhere, it is done again from the copy.
 */
export async function placeIn(
  mount: SlotMount,
  known: MountNote | null,
  left: Left | undefined,
  bringLevel: BringLevel,
): Promise<void> {
  const { path } = mount;
  const slot = slotOf(mount);
  const first = known ?? (await freshNote(mount));
  await mustBeMounted(mount, first);
  if (known === null && !(await isVacant(path))) throw inTheWay(path);
  let note = await settled(path, first);
  if (note.lies === slot && note.placed) return;
  if (note.lies !== slot) {
    if (note.lies !== null && note.placed) throw inTheWay(path);
    const { whereabouts, path: copy } = await lookUp(mount, note);
    if (whereabouts !== 'parked') throw new BelayError('data-missing', `The data for ${path} is not at ${copy}.`);
    if (note.lies !== null) note = await without(note, mount, { copy, left, bringLevel });
    if (note.lies !== slot) note = await filled(note, mount, copy);
  }
  await writeNote(path, { ...note, placed: true });
  note = await settled(path, { ...note, placed: true });
  // As it was before Belay first exchanged anything here.
  const isAsBefore = Object.keys(note.asides).length === 0 && !note.look && isSameData(note.root, mount.identity);
  if (isAsBefore) await removeNote(path);
}

/** Makes way: what lies in the mount point gets a copy, or is given up. Returns what the note says then. */
async function without(
  note: MountNote,
  mount: SlotMount,
  { copy, left, bringLevel }: { copy: string; left: Left | undefined; bringLevel: BringLevel },
): Promise<MountNote> {
  const { path } = mount;
  const leaving = note.lies as SlotId;
  const as = left?.slot === leaving ? left.as : 'kept';
  const { [slotOf(mount)]: _, ...others } = note.asides;
  if (as === 'alike') {
    await flushFilesystems([copy]);
    const identity = await identityAt(copy);
    if (identity === null) throw new BelayError('data-missing', `The clone at ${copy} is gone.`);
    // From here on it has changed sides; what is left is to give it its name.
    const traded = { ...note, lies: slotOf(mount), asides: { ...others, [leaving]: { ...identity, at: copy } } };
    await writeNote(path, traded);
    return settled(path, traded);
  }
  const given =
    as === 'kept' ? await copiedAside(path, leaving, (to) => bringLevel(path, to, left?.copiedSinceMs ?? 0)) : {};
  const vacant: MountNote = { ...note, lies: null, asides: { ...note.asides, ...given } };
  await writeNote(path, vacant);
  return vacant;
}

/** The copy has its name only once it is whole and on the disk. */
async function copiedAside(
  path: string,
  slot: SlotId,
  copyTo: (unfinished: string) => Promise<void>,
): Promise<MountNote['asides']> {
  const [unfinished, whole] = [unfinishedPathOf(path, slot), parkedPathOf(path, slot)];
  await copyTo(unfinished);
  await flushFilesystems([unfinished]);
  await removeTree(whole);
  await rename(unfinished, whole);
  await flushDirectory(dirname(whole));
  const identity = await identityAt(whole);
  return identity === null ? {} : { [slot]: identity };
}

/** Makes what is in the mount point equal to the copy, byte by byte: nobody knows what it holds now. */
async function filled(note: MountNote, mount: SlotMount, copy: string): Promise<MountNote> {
  const { path } = mount;
  // Until it is whole it is nobody's.
  await writeNote(path, { ...note, lies: null, placed: false });
  if (await hasComparingTools()) await bringCopyLevel(copy, path, { sinceMs: 0, isLive: false });
  else {
    await emptyDirectory(path);
    await copyWhole(copy, path, { isLive: false });
  }
  await flushFilesystems([path]);
  const { [slotOf(mount)]: _, ...asides } = note.asides;
  return { ...note, lies: slotOf(mount), asides };
}

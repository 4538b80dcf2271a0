import { posix } from 'node:path';
import type { Journal } from '../domain/ports/journal.ts';
import type { Left, SlotStore } from '../domain/ports/slot-store.ts';
import type { Release } from '../domain/release.ts';
import type { Slot, SlotMount } from '../domain/slot.ts';
import { mustSlot } from './slot-pairs.ts';

/** Whether a mount's directory is a mount point: it cannot be renamed, so that its data is copied instead. */
export async function isMountPoint(slots: SlotStore, { kind, path }: Pick<SlotMount, 'kind' | 'path'>) {
  return kind === 'bind' && (await slots.obstacle(path)) === 'mount-point';
}

/** A path in the file system that takes the clone of a mount: beside a mount point is another one. */
export async function cloneSite(slots: SlotStore, mount: SlotMount): Promise<string> {
  return (await isMountPoint(slots, mount)) ? posix.dirname(mount.path) : mount.path;
}

/** What becomes of the data that a release leaves in a mount point, when that of another one comes into it. */
export function leftBehind(leaving: Slot, coming: Slot, mount: SlotMount): Left {
  // It did not prove itself: nobody goes back to it.
  if (leaving.state === 'preparing') return { slot: leaving.id, as: 'abandoned' };
  const isCloned = coming.state === 'preparing' && mount.restoredFrom === undefined;
  return { slot: leaving.id, as: isCloned ? 'alike' : 'kept' };
}

/** The mounts of what runs whose data has to be copied aside, because other data comes into the same mount point. */
export async function copiedAside(slots: SlotStore, leaving: Slot, coming: Slot): Promise<SlotMount[]> {
  if (leaving.id === coming.id || leaving.state !== 'live') return [];
  const found: SlotMount[] = [];
  for (const mount of leaving.mounts) {
    const other = coming.mounts.find(({ kind, path }) => kind === mount.kind && path === mount.path);
    if (!other || leftBehind(leaving, coming, other).as !== 'kept' || !(await isMountPoint(slots, mount))) continue;
    if ((await slots.whereabouts(mount)) === 'in-place') found.push(mount);
  }
  return found;
}

export const slotsOf = (journal: Journal, leaving: Release, coming: Release): { leaving: Slot; coming: Slot } => ({
  leaving: mustSlot(journal, leaving.slot),
  coming: mustSlot(journal, coming.slot),
});

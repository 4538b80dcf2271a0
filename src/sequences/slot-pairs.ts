import { BelayError } from '../domain/errors.ts';
import type { SlotId } from '../domain/ids.ts';
import type { Journal } from '../domain/ports/journal.ts';
import type { Release } from '../domain/release.ts';
import type { Slot, SlotMount } from '../domain/slot.ts';

export interface SlotPair {
  from: SlotMount;
  to: SlotMount;
}

export function mustSlot(journal: Journal, id: SlotId): Slot {
  const slot = journal.slot(id);
  if (!slot) throw new BelayError('internal', `There is no slot ${id} in the journal.`);
  return slot;
}

/** The mounts that both slots have: what is cloned from one to the other. */
export function slotPairs(journal: Journal, from: Release, to: Release): SlotPair[] {
  const sources = new Map(mustSlot(journal, from.slot).mounts.map((mount) => [mount.key, mount]));
  return mustSlot(journal, to.slot).mounts.flatMap((mount) => {
    const source = sources.get(mount.key);
    return source ? [{ from: source, to: mount }] : [];
  });
}

/** Where a clone is made: beside the original for a bind mount, in its volume or its empty mount point otherwise. */
export const clonePath = (mount: SlotMount): string =>
  mount.madeInPlace ? mount.path : (mount.parkedPath ?? mount.path);

import type { Journal } from '../domain/ports/journal.ts';
import type { Release } from '../domain/release.ts';
import type { Slot } from '../domain/slot.ts';
import { rollbackTarget } from './rollback-target.ts';

/**
 * The slot that `rollback system` would go back to, however often it has to be typed until there is other data; null
 * where there is none before what runs.
 */
export function wayBack(journal: Journal, active: Release): Slot | null {
  try {
    let target = rollbackTarget(journal, active);
    // What was changed shares its data with the release before.
    while (target.slot === active.slot && target.id !== active.id) target = rollbackTarget(journal, target);
    return journal.slot(target.slot);
  } catch {
    return null;
  }
}

/** The release that `rollback system` goes back to; null where there is none. */
export function nextWayBack(journal: Journal, active: Release): Release | null {
  try {
    return rollbackTarget(journal, active);
  } catch {
    return null;
  }
}

/**
 * The frozen slots of an appliance that its policy wants as archives, the oldest first: all but the one that
 * `rollback system` goes back to and those that were left last.
 */
export function slotsToArchive(journal: Journal, active: Release, instant: number): Slot[] {
  const first = wayBack(journal, active)?.id;
  const rank = (slot: Slot) => (slot.id === first ? Number.POSITIVE_INFINITY : (slot.frozenAt?.getTime() ?? 0));
  return journal
    .slots(active.appliance)
    .filter(({ state, mounts }) => state === 'frozen' && mounts.length > 0)
    .sort((a, b) => rank(b) - rank(a))
    .slice(Math.max(1, instant))
    .reverse();
}

import type { Journal } from '../domain/ports/journal.ts';
import type { SlotStore } from '../domain/ports/slot-store.ts';
import type { Release } from '../domain/release.ts';
import { mustSlot } from './slot-pairs.ts';

/** What a running container uses is its data, also where somebody has put another directory in its place since. */
export async function noteLiveData(
  { journal, slots }: { journal: Journal; slots: SlotStore },
  active: Release,
): Promise<void> {
  for (const mount of mustSlot(journal, active.slot).mounts) {
    const identity = await slots.identify(mount.path);
    if (!identity) continue;
    journal.updateSlotMount(active.slot, { ...mount, identity });
    await slots.acknowledge({ ...mount, identity });
  }
}

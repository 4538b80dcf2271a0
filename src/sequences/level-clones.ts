import type { StepContext } from '../domain/step.ts';
import type { WhichMounts } from './exchange-data.ts';
import { clonePath, mustSlot, type SlotPair, slotPairs } from './slot-pairs.ts';

const isCloned = ({ to }: SlotPair): boolean => to.restoredFrom === undefined;

/** Brings the clones of some mounts level with their originals, which nobody writes any more. */
export async function levelClones(context: StepContext, which: WhichMounts): Promise<void> {
  const { slots, journal, from, to, signal } = context;
  const since = context.facts().preCopiedSinceMs ?? {};
  await Promise.all(
    slotPairs(journal, from, to)
      .filter((pair) => isCloned(pair) && which(pair.to))
      .map(async (pair) => {
        const source = await slots.locate(pair.from);
        await slots.bringLevel(source, clonePath(pair.to), since[pair.to.key] ?? 0, signal);
      }),
  );
  for (const mount of mustSlot(journal, to.slot).mounts.filter(which)) {
    journal.updateSlotMount(to.slot, { ...mount, identity: await slots.identify(clonePath(mount)) });
  }
}

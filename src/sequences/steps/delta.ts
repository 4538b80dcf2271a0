import type { Step } from '../../domain/step.ts';
import { clonePath, mustSlot, type SlotPair, slotPairs } from '../slot-pairs.ts';
import { endEarlyStart } from '../started-early.ts';

const isCloned = ({ to }: SlotPair): boolean => to.restoredFrom === undefined;

/** Brings the clone level with the original, which nobody writes any more. */
export const delta: Step = {
  name: 'delta',
  title: () => 'Bring the clone level',

  check: async () => false,

  async run(context) {
    const { slots, journal, from, to, signal } = context;
    await endEarlyStart(context);
    const since = context.facts().preCopiedSinceMs ?? {};
    await Promise.all(
      slotPairs(journal, from, to)
        .filter(isCloned)
        .map(async (pair) => {
          const source = await slots.locate(pair.from);
          await slots.bringLevel(source, clonePath(pair.to), since[pair.to.key] ?? 0, signal);
        }),
    );
    for (const mount of mustSlot(journal, to.slot).mounts) {
      journal.updateSlotMount(to.slot, { ...mount, identity: await slots.identify(clonePath(mount)) });
    }
  },
};

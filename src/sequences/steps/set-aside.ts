import { type SlotMount, unfinishedPathOf } from '../../domain/slot.ts';
import type { Step, StepContext } from '../../domain/step.ts';
import { copiedAside, slotsOf } from '../mount-points.ts';
import { mustSlot } from '../slot-pairs.ts';

/**
 * Copies what serves out of a mount point that other data is to come into, while it serves: what could be renamed
 * elsewhere must be copied there, and only what changes meanwhile is copied while nothing serves.
 */
export const setAside: Step = {
  name: 'set-aside',
  title: ({ from }) => `Copy the data of ${from.version} aside while it serves`,

  check: async (context) => (await mountsOf(context)).length === 0,

  async run(context) {
    const { slots, from, learn, report, signal } = context;
    const since: Record<string, number> = {};
    for (const { key, path } of await mountsOf(context)) {
      const to = unfinishedPathOf(path, from.slot);
      const onProgress = ({ doneBytes, totalBytes }: { doneBytes: number; totalBytes: number }) =>
        report({ fraction: totalBytes > 0 ? Math.min(1, doneBytes / totalBytes) : 1, doneBytes, totalBytes });
      since[key] = (await slots.preCopy(path, to, onProgress, signal)).sinceMs;
      await slots.flush([to]);
    }
    learn({ setAsideSinceMs: since });
  },

  async revert({ slots, journal, from }) {
    for (const { kind, path } of mustSlot(journal, from.slot).mounts) {
      if (kind === 'bind') await slots.discard(unfinishedPathOf(path, from.slot));
    }
  },
};

function mountsOf({ slots, journal, from, to }: StepContext): Promise<SlotMount[]> {
  const { leaving, coming } = slotsOf(journal, from, to);
  return copiedAside(slots, leaving, coming);
}

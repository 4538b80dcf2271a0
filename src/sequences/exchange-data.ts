import { BelayError } from '../domain/errors.ts';
import type { Release } from '../domain/release.ts';
import type { SlotMount } from '../domain/slot.ts';
import type { StepContext } from '../domain/step.ts';
import { isMountPoint, leftBehind, slotsOf } from './mount-points.ts';

/** Which of the slots' mounts. */
export type WhichMounts = (mount: Pick<SlotMount, 'key'>) => boolean;

const ALL: WhichMounts = () => true;

/** Sets the data of one release aside and puts the other's in its place. Refuses what is not its data. */
export async function exchangeData(
  context: StepContext,
  leaving: Release,
  coming: Release,
  which: WhichMounts = ALL,
): Promise<void> {
  const { journal, slots, host, facts, report } = context;
  if (leaving.slot === coming.slot) return;
  const { leaving: leavingSlot, coming: comingSlot } = slotsOf(journal, leaving, coming);
  const comingMounts = comingSlot.mounts.filter(which);
  for (const mount of comingMounts) {
    // The engine re-creates a missing volume, empty, at the next start.
    if (mount.volume && !(await host.inspectVolume(mount.volume))) {
      throw new BelayError('data-missing', `The volume ${mount.volume} with the data of ${coming.version} is gone.`);
    }
    await slots.locate(mount);
  }
  for (const mount of leavingSlot.mounts.filter(which)) {
    if ((await slots.whereabouts(mount)) === 'in-place') await slots.park(mount);
  }
  for (const mount of comingMounts) {
    const left = leftBehind(leavingSlot, comingSlot, mount);
    const isCopied = left.as !== 'alike' && (await isMountPoint(slots, mount));
    if (isCopied) report({ detail: `copying the data of ${coming.version} to ${mount.path}` });
    await slots.place(mount, { ...left, copiedSinceMs: facts().setAsideSinceMs?.[mount.key] });
    if (isCopied) report({ detail: null });
  }
}

import { BelayError } from '../../domain/errors.ts';
import type { SlotMount } from '../../domain/slot.ts';
import type { Step, StepContext } from '../../domain/step.ts';
import { LABELS } from '../instances.ts';
import { operationLabels } from '../make-instance.ts';
import { clonePath, mustSlot, slotPairs } from '../slot-pairs.ts';
import { removeMade } from './prepare.ts';

/** Clones the data while the old version serves; the delta brings the clone level after the stop. */
export const preCopy: Step = {
  name: 'pre-copy',
  title: ({ from }) => `Clone the data of ${from.version} while it serves`,

  check: async () => false, // data may have changed since; a second pass is cheap

  async run(context) {
    await createVolumes(context);
    for (const mount of mustSlot(context.journal, context.to.slot).mounts) await context.slots.claim(mount);
    const pairs = slotPairs(context.journal, context.from, context.to);
    const sources = await Promise.all(pairs.map(({ from }) => context.slots.locate(from)));
    const sizes = await Promise.all(
      sources.map(async (source) => (await context.slots.measure(source, context.signal)).sizeBytes),
    );
    const totalBytes = sizes.reduce((sum, sizeBytes) => sum + sizeBytes, 0);
    const since: Record<string, number> = {};
    let finishedBytes = 0;
    for (const [index, { to }] of pairs.entries()) {
      const source = sources[index] as string;
      const onProgress = ({ doneBytes }: { doneBytes: number }) =>
        reportBytes(context, finishedBytes + doneBytes, totalBytes);
      since[to.key] = (await context.slots.preCopy(source, clonePath(to), onProgress, context.signal)).sinceMs;
      finishedBytes += sizes[index] as number;
    }
    context.learn({ preCopiedSinceMs: since });
    // Most of the clone goes to the disk now, while nobody waits for it.
    await context.slots.flush(pairs.map(({ to }) => clonePath(to)));
  },

  revert: discardClones,
};

/** Takes back a slot that is still being prepared, with all that was made for it. */
export async function discardClones(context: StepContext): Promise<void> {
  const { journal, slots, host, to } = context;
  const slot = mustSlot(journal, to.slot);
  if (slot.state !== 'preparing') return;
  await removeMade(context);
  for (const mount of slot.mounts) {
    if (mount.volume) {
      // One of this name that somebody else has made stays.
      const found = await host.inspectVolume(mount.volume);
      if (found?.labels[LABELS.operation] === context.operation.id) await host.removeVolume(mount.volume);
      continue;
    }
    if (mount.identity && (await slots.whereabouts(mount)) === 'in-place') {
      throw new BelayError('refused', `The clone of ${mount.path} is still in place, so it is not removed.`);
    }
    await slots.vacate(mount);
    await slots.discard(mount.parkedPath ?? mount.path);
  }
  // A power cut would bring back what the engine has removed, and nobody would look for it any more.
  await host.flush();
  journal.discardSlot(slot.id);
}

/** Volumes are made by the engine before anything is written to them. */
export async function createVolumes(context: StepContext): Promise<void> {
  const { journal, host, to, signal } = context;
  for (const mount of mustSlot(journal, to.slot).mounts) {
    if (!mount.volume) continue;
    const volume = await host.createVolume(mount.volume, operationLabels(context), signal);
    if (volume.labels[LABELS.operation] !== context.operation.id) {
      throw new BelayError('refused', `Somebody has made a volume ${mount.volume} meanwhile.`, {
        hint: 'See whose it is: docker volume inspect',
      });
    }
    const created: SlotMount = { ...mount, path: volume.hostPath };
    journal.updateSlotMount(to.slot, created);
  }
}

function reportBytes(context: StepContext, doneBytes: number, totalBytes: number): void {
  const capped = Math.min(doneBytes, totalBytes);
  context.report({ fraction: totalBytes > 0 ? capped / totalBytes : 1, doneBytes: capped, totalBytes });
}

import { BelayError } from '../../domain/errors.ts';
import type { SlotMount } from '../../domain/slot.ts';
import type { Step, StepContext } from '../../domain/step.ts';
import { clonePath, mustSlot, slotPairs } from '../slot-pairs.ts';
import { createVolumes, discardClones } from './pre-copy.ts';

/**
 * Puts the data of a snapshot into the new slot, while what runs goes on: unpacked from its archive, or copied from
 * the slot that it is. An archive that is not as it was made is found here, before anything is stopped.
 */
export const unpack: Step = {
  name: 'unpack',
  title: ({ to }) => `Bring back the data of ${to.origin === 'restore' ? 'the snapshot' : to.version}`,

  check: async ({ journal, to }) => mustSlot(journal, to.slot).state !== 'preparing',

  async run(context) {
    const { journal, slots, to } = context;
    await createVolumes(context);
    const slot = mustSlot(journal, to.slot);
    const restored = slot.mounts.filter(({ restoredFrom }) => restoredFrom);
    if (restored.length > 0) await bringBack(context, restored, slot.clonedFrom ?? '');
    await cloneOthers(context);
    await slots.flush(slot.mounts.map(clonePath));
    // What was cloned gets its identity when it is brought level.
    for (const mount of restored) {
      journal.updateSlotMount(slot.id, { ...mount, identity: await slots.identify(clonePath(mount)) });
    }
  },

  revert: discardClones,
};

async function bringBack(context: StepContext, mounts: SlotMount[], snapshotId: string): Promise<void> {
  const { journal, slots, archives, from, signal } = context;
  const snapshot = mustSlot(journal, snapshotId);
  if (snapshot.archive) {
    const { archive } = snapshot;
    const live = mustSlot(journal, from.slot).mounts;
    const targets = mounts.map((mount) => ({
      key: mount.restoredFrom?.key ?? null,
      to: clonePath(mount),
      strip: mount.restoredFrom?.strip ?? '',
      like: live.find(({ key }) => key === mount.key)?.path || null,
    }));
    const onProgress = ({ doneBytes, files }: { doneBytes: number; files: number }) =>
      reportBytes(context, doneBytes, archive.dataBytes, `${files} of ${archive.files} files`);
    return archives.unpack(archive, targets, onProgress, signal);
  }
  for (const mount of mounts) {
    const source = snapshot.mounts.find(({ key }) => key === mount.restoredFrom?.key);
    if (!source) throw new BelayError('data-missing', `The snapshot ${snapshot.id} has no data for ${mount.path}.`);
    const path = await slots.locate(source);
    const onProgress = (done: { doneBytes: number; totalBytes: number }) =>
      reportBytes(context, done.doneBytes, done.totalBytes, null);
    const { sinceMs } = await slots.preCopy(path, clonePath(mount), onProgress, signal);
    await slots.bringLevel(path, clonePath(mount), sinceMs, signal);
  }
}

/** Mounts that the snapshot does not have keep today's data, as in an upgrade. */
async function cloneOthers({ journal, slots, from, to, learn, signal }: StepContext): Promise<void> {
  const since: Record<string, number> = {};
  for (const pair of slotPairs(journal, from, to)) {
    if (pair.to.restoredFrom) continue;
    const source = await slots.locate(pair.from);
    since[pair.to.key] = (await slots.preCopy(source, clonePath(pair.to), () => {}, signal)).sinceMs;
  }
  learn({ preCopiedSinceMs: since });
}

function reportBytes(context: StepContext, doneBytes: number, totalBytes: number, detail: string | null): void {
  const capped = Math.min(doneBytes, totalBytes);
  context.report({ fraction: totalBytes > 0 ? capped / totalBytes : 1, doneBytes: capped, totalBytes, detail });
}

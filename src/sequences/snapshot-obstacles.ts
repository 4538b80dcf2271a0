import { BelayError, toBelayError } from '../domain/errors.ts';
import type { Obstacle } from '../domain/plan.ts';
import type { ArchiveStore } from '../domain/ports/archive-store.ts';
import type { ContainerHost } from '../domain/ports/container-host.ts';
import type { SlotStore } from '../domain/ports/slot-store.ts';
import type { Slot, SlotMount } from '../domain/slot.ts';
import { cloneSite } from './mount-points.ts';

type SnapshotWorld = { host: ContainerHost; slots: SlotStore; archives: ArchiveStore };

const KEPT = 'Nothing has been changed. See what else there is: show snapshots';
const SPACE_MARGIN = 1.05;

/** What keeps the data of a snapshot from being brought back to new mounts: it is gone, or there is no room for it. */
export async function snapshotObstacles(
  world: SnapshotWorld,
  snapshot: Slot,
  mounts: readonly SlotMount[],
  live: Slot,
): Promise<Obstacle[]> {
  const problems = snapshot.archive ? [await archiveObstacle(world, snapshot)] : await dataObstacles(world, snapshot);
  const found = problems.filter((problem) => problem !== null);
  if (found.length > 0) return found;
  return [...(await takenPaths(world, mounts, live)), ...(await spaceObstacles(world, snapshot, mounts))];
}

/** On another host the path of a bind mount may be somebody else's. */
async function takenPaths({ slots }: SnapshotWorld, mounts: readonly SlotMount[], live: Slot): Promise<Obstacle[]> {
  const taken: Obstacle[] = [];
  for (const { kind, path, restoredFrom } of mounts) {
    if (kind !== 'bind' || !restoredFrom || !(await slots.identify(path))) continue;
    // A disk that was mounted for it.
    if ((await slots.site(path)).there === 'empty-mount-point') continue;
    const own = live.mounts.find((mount) => mount.path === path);
    if (own && live.state === 'live' && (await slots.whereabouts(own)) === 'in-place') continue;
    taken.push({
      code: 'refused',
      message: `Something is at ${path} already, where the data of ${live.appliance} is to go.`,
      hint: 'See what it is, and move it away.',
    });
  }
  return taken;
}

async function archiveObstacle({ archives }: SnapshotWorld, { archive }: Slot): Promise<Obstacle | null> {
  const message = archive && (await archives.problem(archive));
  return message ? { code: 'data-missing', message, hint: KEPT } : null;
}

/** Whether the data of a slot is where it should be. */
export async function dataObstacles({ host, slots }: Pick<SnapshotWorld, 'host' | 'slots'>, slot: Slot) {
  if (slot.state === 'discarded') {
    return [{ code: 'data-missing' as const, message: `The snapshot ${slot.id} has been deleted.`, hint: KEPT }];
  }
  return Promise.all(
    slot.mounts.map(async (mount): Promise<Obstacle | null> => {
      const volumeGone = mount.volume !== null && (await host.inspectVolume(mount.volume)) === null;
      const problem = volumeGone
        ? new BelayError('data-missing', `The volume ${mount.volume} with the data of ${slot.id} is gone.`)
        : await slots.locate(mount).then(() => null, toBelayError);
      return problem && { code: 'data-missing', message: problem.message, hint: problem.hint ?? KEPT };
    }),
  );
}

/** What bringing it back takes on each file system, added up, against what is free there. */
async function spaceObstacles(
  { host, slots }: SnapshotWorld,
  snapshot: Slot,
  mounts: readonly SlotMount[],
): Promise<Obstacle[]> {
  const { rootDir } = await host.describe();
  const restored = mounts.filter(({ restoredFrom }) => restoredFrom);
  // Which mount takes how much is not known of an archive: all of it may be in any of them.
  const neededBytes = Math.ceil((snapshot.archive?.dataBytes ?? (await sizeOf(slots, snapshot))) * SPACE_MARGIN);
  const byDevice = new Map<string, Obstacle>();
  for (const mount of restored) {
    const path = mount.kind === 'volume' ? rootDir : await cloneSite(slots, mount);
    const { device, freeBytes } = await slots.space(path);
    if (freeBytes >= neededBytes) continue;
    const mebibytes = (bytes: number) => `${Math.ceil(bytes / (1 << 20)).toLocaleString('en-US')} MiB`;
    byDevice.set(device, {
      code: 'no-space',
      message: `The data of ${snapshot.id} needs ${mebibytes(neededBytes)} where ${path} lies, and ${mebibytes(freeBytes)} are free.`,
      hint: 'Free some space there, then type the command again.',
    });
  }
  return [...byDevice.values()];
}

export async function sizeOf(slots: SlotStore, slot: Slot): Promise<number> {
  let sizeBytes = 0;
  for (const mount of slot.mounts) sizeBytes += (await slots.measure(await slots.locate(mount))).sizeBytes;
  return sizeBytes;
}

import { BelayError } from '../domain/errors.ts';
import type { ReleaseId, SlotId } from '../domain/ids.ts';
import type { RestorePlan } from '../domain/plan.ts';
import type { Journal } from '../domain/ports/journal.ts';
import type { World } from '../domain/ports/world.ts';
import type { Release } from '../domain/release.ts';
import type { Slot } from '../domain/slot.ts';
import type { Step } from '../domain/step.ts';
import { type Candidate, restoreCandidate } from './candidate.ts';
import { currentServices } from './current-services.ts';
import { copyForecastMs, lastDowntimeMs } from './forecast.ts';
import { findInstance, isUp } from './instances.ts';
import { mountPointCosts } from './plan-mount-points.ts';
import { missingImages } from './plan-rollback.ts';
import { plannedSteps } from './planned-steps.ts';
import { type RestoredFrom, restoredMounts, targetsOf } from './restored-mounts.ts';
import { mustSlot } from './slot-pairs.ts';
import { sizeOf, snapshotObstacles } from './snapshot-obstacles.ts';
import { startObstacles } from './start-obstacles.ts';
import { madeAnew } from './update-triggers.ts';

export interface PlannedRestore {
  plan: RestorePlan;
  candidate: Candidate & { slot: Slot };
}

/** A snapshot of an appliance by its id: a slot that is frozen or archived. `not-found` where there is none. */
export function mustSnapshot(journal: Journal, appliance: string, id: SlotId): Slot {
  const slot = journal.slot(id.toUpperCase());
  if (slot?.appliance === appliance && slot.state === 'live') {
    throw new BelayError('refused', `${slot.id} is the data that is in use now.`, {
      hint: 'See what else there is: show snapshots',
    });
  }
  if (slot?.appliance !== appliance || !(slot.state === 'frozen' || slot.state === 'archived')) {
    throw new BelayError('not-found', `${appliance} has no snapshot ${id.toUpperCase()}.`, {
      hint: 'See what there is: show snapshots',
    });
  }
  return slot;
}

/** The releases that have this slot, the latest first. */
export const releasesOf = (journal: Journal, { id }: Slot): Release[] =>
  journal.history.onSlot(id).filter(({ status }) => status !== 'failed');

/**
 * What it would mean to put the data of a snapshot under the version that runs. Changes nothing. Throws where the
 * snapshot and what runs do not fit together.
 */
export async function planRestore(
  world: World,
  active: Release,
  request: { snapshot: SlotId; mount?: string | undefined; by: string },
  steps: readonly Step[],
  signal?: AbortSignal,
): Promise<PlannedRestore> {
  const { journal, slots, clock } = world;
  const snapshot = mustSnapshot(journal, active.appliance, request.snapshot);
  const activeSlot = mustSlot(journal, active.slot);
  const [release] = releasesOf(journal, snapshot);
  const now = await currentServices(world, active, signal).catch(() => active.services);
  const services = now.map(madeAnew);
  const restored = restoredMounts(
    { slot: activeSlot, services },
    { slot: snapshot, services: release?.services ?? [] },
    request.mount,
  );
  const by = { by: request.by, at: clock.now() };
  const candidate = restoreCandidate(active, activeSlot, services, snapshot, restored, by);
  const isPartial = restored.size < activeSlot.mounts.length;
  const size = snapshot.archive
    ? { sizeBytes: snapshot.archive.dataBytes, files: snapshot.archive.files }
    : { sizeBytes: await sizeOf(slots, snapshot).catch(() => 0), files: 0 };
  const costs = await mountPointCosts(
    slots,
    { slot: activeSlot, version: active.version },
    { slot: candidate.slot, version: 'the snapshot' },
    size,
  );
  const plan: RestorePlan = {
    appliance: active.appliance,
    snapshot: { id: snapshot.id, version: release?.version ?? null, takenAt: snapshot.frozenAt, ...size },
    from: { release: active.id, version: active.version },
    to: { version: active.version },
    steps: plannedSteps(steps, { from: active, to: candidate.release }, [
      ...(isPartial ? [] : ['delta']),
      ...(costs.warnings.length > 0 ? [] : ['set-aside']),
    ]),
    mounts: activeSlot.mounts.map(({ key, path }) => ({
      targets: targetsOf(services, key),
      path,
      source: sourceWords(restored.get(key), snapshot),
    })),
    unpackForecastMs: copyForecastMs(size) * 2,
    downtimeForecastMs: lastDowntimeMs(journal, active.appliance, 'restore') + costs.downtimeMs,
    keptWith: active.id as ReleaseId,
    warnings: [...(await warningsOf(world, active, release)), ...costs.warnings],
    obstacles: [
      ...(await startObstacles(world, active, candidate.release, services)),
      ...(await snapshotObstacles(world, snapshot, candidate.slot.mounts, activeSlot)),
      ...(await missingImages(world, candidate.release)),
      ...costs.obstacles,
    ],
  };
  return { plan, candidate };
}

/** In words, for the plan; null where a mount keeps today's data. */
function sourceWords(restored: RestoredFrom | undefined, { archive, id }: Slot): string | null {
  if (!restored) return null;
  if (archive?.format !== 'tar') return `the data of ${id}`;
  return restored.strip === '' ? 'everything in the tarball' : `${restored.strip}/ in the tarball`;
}

async function warningsOf(world: World, active: Release, release: Release | undefined): Promise<string[]> {
  const warnings: string[] = [];
  if (release && release.version !== active.version) {
    warnings.push(
      `The data is of ${release.version}, and ${active.version} gets it: it has to be able to read it. ` +
        `To bring ${release.version} back with its data: rollback system to ${release.id}`,
    );
  }
  const instances = await Promise.all(active.services.map((service) => findInstance(world, active, service)));
  if (!instances.every(isUp)) warnings.push(`${active.appliance} is not running now.`);
  return warnings;
}

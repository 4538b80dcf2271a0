import { clusterOf } from '../domain/cluster.ts';
import type { ReleaseId } from '../domain/ids.ts';
import type { OperationFacts } from '../domain/operation.ts';
import type { Obstacle, RollbackPlan } from '../domain/plan.ts';
import { DEFAULT_POLICY } from '../domain/policy.ts';
import type { Journal } from '../domain/ports/journal.ts';
import type { DataChanges } from '../domain/ports/slot-store.ts';
import type { World } from '../domain/ports/world.ts';
import { controllerOf, type Release } from '../domain/release.ts';
import { compareSettings, imageChange } from '../domain/settings-diff.ts';
import type { SlotArchive, SlotMount } from '../domain/slot.ts';
import type { Step } from '../domain/step.ts';
import { type Candidate, rollbackCandidate, unpackedCandidate } from './candidate.ts';
import { currentServices } from './current-services.ts';
import { dependentWarnings } from './dependents.ts';
import { displacedMounts } from './displaced-mounts.ts';
import { followingFacts, followingOf } from './following.ts';
import { copyForecastMs, lastDowntimeMs } from './forecast.ts';
import { AT_A_TIME, inTurns } from './in-turns.ts';
import { findInstance } from './instances.ts';
import { joinedFacts, joinedSince, notCutOff } from './joined-since.ts';
import { externalWarnings, hookFacts, hooksOfRollback, NO_HOOKS } from './plan-hooks.ts';
import { mountPointCosts } from './plan-mount-points.ts';
import { plannedSteps } from './planned-steps.ts';
import { backBelowFloor } from './policy-rules.ts';
import { rollbackTarget } from './rollback-target.ts';
import { mustSlot, slotPairs } from './slot-pairs.ts';
import { dataObstacles, snapshotObstacles } from './snapshot-obstacles.ts';
import { startObstacles } from './start-obstacles.ts';

export interface PlannedRollback {
  plan: RollbackPlan;
  /** What the steps have to know from the beginning. */
  facts: OperationFacts;
  candidate: Candidate;
}

export interface RollbackRequest {
  /** The one before, where it is left out. */
  release?: ReleaseId | undefined;
  /** By the vendor's procedure, also where that is not the way from what runs. */
  legacy?: boolean | undefined;
  by: string;
}

const SAMPLE_LIMIT = 20;

/**
 * What a rollback would bring back and what it would give up: the loss preview. Changes nothing, needs
 * no registry, and works while the appliance is down.
 */
export async function planRollback(
  world: World,
  active: Release,
  request: RollbackRequest,
  steps: readonly Step[],
  signal?: AbortSignal,
): Promise<PlannedRollback> {
  const { journal, clock } = world;
  const target = rollbackTarget(journal, active, request.release);
  const targetSlot = mustSlot(journal, target.slot);
  const from = { by: request.by, at: clock.now() };
  const candidate = targetSlot.archive
    ? unpackedCandidate(active, target, targetSlot, from)
    : rollbackCandidate(active, target, from);
  const policy = journal.appliance(active.appliance)?.policy ?? DEFAULT_POLICY;
  const subject = {
    policy,
    hasMounts: mustSlot(journal, active.slot).mounts.length > 0,
    from: active.version,
    to: target.version,
  };
  // The data that both of them have goes on as it is, and so does what is outside of it.
  const isShared = target.slot === active.slot;
  const hooks = isShared && !targetSlot.archive ? NO_HOOKS : await hooksOfRollback(world, subject, target, signal);
  const costs = await mountPointCosts(
    world.slots,
    { slot: mustSlot(journal, active.slot), version: active.version },
    { slot: candidate.slot ?? targetSlot, version: target.version },
    targetSlot.archive && { sizeBytes: targetSlot.archive.dataBytes, files: targetSlot.archive.files },
  );
  const obstacles = [
    ...(isPromised(journal, target) ? [] : backBelowFloor(policy, active, target)),
    ...hooks.obstacles,
    ...(await obstaclesOf(world, active, target, candidate.slot?.mounts ?? targetSlot.mounts)),
    ...costs.obstacles,
  ];
  // Only for the preview: with the image of what runs gone, its settings cannot be told from defaults.
  const services = await currentServices(world, active, signal).catch(() => active.services);
  const kept = targetSlot.archive ? [] : goingOn(journal, active, target);
  const following = followingOf(target.services, null, kept);
  const isGoingOn = kept.includes(controllerOf(target).name);
  const cluster = isGoingOn ? null : clusterOf(target.services);
  const joined = joinedSince(world, active, target);
  const plan: RollbackPlan = {
    appliance: active.appliance,
    from: { release: active.id, version: active.version },
    to: { release: target.id, version: target.version },
    steps: plannedSteps(steps, { from: active, to: target }, [
      ...(targetSlot.archive ? [] : ['unpack']),
      ...(costs.warnings.length > 0 ? [] : ['set-aside']),
      ...(following ? [] : ['engines']),
      ...(joined.length > 0 ? [] : ['set-apart']),
      ...hooks.spared,
    ]),
    legacy: null,
    cluster,
    engines: following,
    joinedSince: joined,
    kept,
    downtimeForecastMs: isGoingOn ? null : lastDowntimeMs(journal, active.appliance, 'rollback') + costs.downtimeMs,
    data: {
      isNone: !subject.hasMounts && targetSlot.mounts.length === 0,
      backTo: targetSlot.frozenAt,
      changes: await changesSince(world, target, active, signal),
      keptWith: active.id,
      unpacked: targetSlot.archive && unpacking(targetSlot.archive),
    },
    externalData: hooks.externalData,
    settings: services.flatMap((now) => {
      const after = target.services.find(({ name }) => name === now.name);
      return after ? [...(isShared ? imageChange(now, after) : []), ...compareSettings(now, after)] : [];
    }),
    warnings: [
      ...externalWarnings(hooks.externalData),
      ...(await warningsOf(world, active)),
      ...costs.warnings,
      ...notCutOff(joined),
      ...(targetSlot.archive ? ['Its data is an archive: what has changed since is not compared.'] : []),
    ],
    obstacles,
  };
  const facts = {
    ...hookFacts(hooks.planned),
    ...(cluster ? { cluster } : {}),
    ...followingFacts(following),
    ...joinedFacts(joined),
    ...(isGoingOn ? { withoutDowntime: true as const } : {}),
  };
  return { plan, candidate, facts };
}

/** Services whose containers are the same in both releases, as a change leaves them. */
function goingOn(journal: Journal, active: Release, target: Release): string[] {
  const [now, then] = [active, target].map(({ id }) => {
    const records = journal.instances(id).map(({ service, containerId }) => [service, containerId] as const);
    return new Map(records);
  });
  return target.services.flatMap(({ name }) => (then?.has(name) && then.get(name) === now?.get(name) ? [name] : []));
}

const unpacking = ({ dataBytes, files }: SlotArchive) => ({
  sizeBytes: dataBytes,
  files,
  forecastMs: copyForecastMs({ sizeBytes: dataBytes, files }) * 2,
});

async function warningsOf(world: World, active: Release): Promise<string[]> {
  const displaced = await displacedMounts(world, active).catch(() => []);
  const own = new Set(world.journal.instances(active.id).map(({ containerId }) => containerId));
  return [
    ...dependentWarnings(await world.host.listContainers(), own),
    ...displaced.map(
      ({ service, source }) =>
        `${service} does not write to what is at ${source}: what it has written since is where that was moved to.`,
    ),
  ];
}

/** What differs in the data of one release from that of an earlier one, in the mounts that both have. */
export async function changesSince(
  { journal, slots }: Pick<World, 'journal' | 'slots'>,
  target: Release,
  active: Release,
  signal?: AbortSignal,
): Promise<DataChanges> {
  const total: DataChanges = { added: 0, changed: 0, removed: 0, sample: [] };
  if (target.slot === active.slot) return total;
  for (const { from: before, to: after } of slotPairs(journal, target, active)) {
    const [beforePath, afterPath] = await Promise.all([locateOrNull(slots, before), locateOrNull(slots, after)]);
    if (!beforePath || !afterPath) continue;
    const changes = await slots.compare(beforePath, afterPath, SAMPLE_LIMIT, signal);
    total.added += changes.added;
    total.changed += changes.changed;
    total.removed += changes.removed;
    total.sample.push(...changes.sample);
  }
  return { ...total, sample: total.sample.slice(0, SAMPLE_LIMIT) };
}

async function locateOrNull(slots: World['slots'], mount: Parameters<typeof slots.locate>[0]) {
  return slots.locate(mount).catch(() => null);
}

/** Whether an upgrade that waits to be confirmed goes back to it by itself: what was promised holds, whatever the floor. */
function isPromised(journal: Journal, target: Release): boolean {
  const pending = journal.confirmations.pendingOf(target.appliance);
  return pending !== null && journal.operation(pending.operation)?.from === target.id;
}

/**
 * Everything that could keep the frozen release from starting is looked at before anything is stopped. `coming` are
 * the mounts that it is to start on.
 */
export async function obstaclesOf(
  world: World,
  active: Release,
  target: Release,
  coming: readonly SlotMount[],
): Promise<Obstacle[]> {
  const { journal } = world;
  // What is set on the frozen containers decides; the release's record where that cannot be told.
  const services = await currentServices(world, target).catch(() => target.services);
  const obstacles = await startObstacles(world, active, target, services);
  const slot = mustSlot(journal, target.slot);
  const data = slot.archive
    ? await snapshotObstacles(world, slot, coming, mustSlot(journal, active.slot))
    : await dataObstacles(world, slot);
  return [...obstacles, ...data.filter((problem) => problem !== null), ...(await missingImages(world, target))];
}

/** Services of a release whose container and image are gone, and whose registry does not have them. */
export async function missingImages(world: World, target: Release): Promise<Obstacle[]> {
  const { host } = world;
  const obstacles: Obstacle[] = [];
  await inTurns(target.services, AT_A_TIME, async (service) => {
    if (await findInstance(world, target, service)) return;
    const { image } = service;
    if (await host.inspectImage(image.imageId ?? image.reference)) return;
    const reachable =
      image.digest &&
      (await host.resolveDigest(`${image.mirror ?? image.repository}@${image.digest}`).catch(() => null));
    if (reachable) return;
    obstacles.push({
      code: 'not-found',
      message: `The container and the image of ${service.name} ${target.version} are gone, and its registry does not have them.`,
      hint: `Bring the image back (import bundle FILE, or docker pull ${image.reference}), then type the command again.`,
    });
  });
  return obstacles;
}

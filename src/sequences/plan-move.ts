import { posix } from 'node:path';
import { unconfirmed } from '../domain/confirmation.ts';
import type { DataTarget, Owner } from '../domain/data-target.ts';
import { BelayError } from '../domain/errors.ts';
import type { OperationFacts } from '../domain/operation.ts';
import type { MovePlan, Obstacle, PlannedMount } from '../domain/plan.ts';
import type { World } from '../domain/ports/world.ts';
import type { Release } from '../domain/release.ts';
import type { ServiceSpec } from '../domain/service-spec.ts';
import type { Slot, SlotMount } from '../domain/slot.ts';
import type { Step } from '../domain/step.ts';
import { type Candidate, moveCandidate } from './candidate.ts';
import { currentServices } from './current-services.ts';
import { dependentWarnings } from './dependents.ts';
import { displacedMounts } from './displaced-mounts.ts';
import { compareForecastMs, copyForecastMs, lastDowntimeMs } from './forecast.ts';
import { isMountPoint } from './mount-points.ts';
import { targetObstacles } from './move-obstacles.ts';
import { neededSpace } from './needed-space.ts';
import { wayBackWarnings } from './plan-mount-points.ts';
import { missingImages } from './plan-rollback.ts';
import { plannedSteps } from './planned-steps.ts';
import { mountNamed, targetsOf } from './restored-mounts.ts';
import { mustSlot } from './slot-pairs.ts';
import { startObstacles } from './start-obstacles.ts';
import { type SurveyedMount, surveyMounts } from './survey-mounts.ts';
import { madeAnew } from './update-triggers.ts';

export interface MoveRequest {
  target: DataTarget;
  /** Which mount, where there are several. */
  mount?: string | undefined;
  owner?: Owner | undefined;
  by: string;
}

export interface PlannedMove {
  plan: MovePlan;
  candidate: Candidate & { slot: Slot };
  facts: OperationFacts;
}

/**
 * What it would mean to move the data of one mount somewhere else, under the version that runs. Changes nothing.
 * Throws where there is nothing to move, or it is not said what.
 */
export async function planMove(
  world: World,
  active: Release,
  request: MoveRequest,
  steps: readonly Step[],
  signal?: AbortSignal,
): Promise<PlannedMove> {
  const { journal, clock } = world;
  const { target, mount, owner = null, by } = request;
  const slot = mustSlot(journal, active.slot);
  const services = (await currentServices(world, active, signal)).map(madeAnew);
  const left = leftMount(slot, services, mount);
  const toMountPoint = target.kind === 'bind' && (await world.slots.site(target.path)).there === 'empty-mount-point';
  const moved = { key: left.key, target, toMountPoint };
  const candidate = moveCandidate(active, slot, services, moved, { by, at: clock.now() });
  const surveyed = await surveyMounts(world, services, slot, signal);
  const [data, ...others] = await Promise.all(
    surveyed
      .toSorted((a, b) => Number(b.slotMount?.key === left.key) - Number(a.slotMount?.key === left.key))
      .map((each, index) => (index === 0 ? towards(world, each, target, toMountPoint) : each)),
  );
  const mounts = [data as SurveyedMount, ...others];
  const space = await neededSpace(world, mounts);
  const plan: MovePlan = {
    appliance: active.appliance,
    from: { release: active.id, version: active.version },
    to: { version: active.version },
    steps: plannedSteps(steps, { from: active, to: candidate.release }, owner ? [] : ['set-owner']),
    data: (data as SurveyedMount).planned,
    target: { kind: target.kind, source: target.kind === 'bind' ? target.path : target.name },
    owner,
    setAside: (await isMountPoint(world.slots, left)) ? null : left.parkedPath,
    others: others.map(({ planned }) => planned),
    space: space.map(({ path, neededBytes, freeBytes }) => ({ path, neededBytes, freeBytes })),
    ...forecast(
      mounts.map(({ planned }) => planned),
      lastDowntimeMs(journal, active.appliance, 'move'),
    ),
    warnings: [
      ...(await warningsOf(world, active, target)),
      ...(await wayBackWarnings(world.slots, active.version, others)),
    ],
    obstacles: [
      ...(await standingObstacles(world, active)),
      ...(await targetObstacles(world, active, candidate.slot.id, target)),
      ...(await shapeObstacles(world, left, services, target)),
      ...mounts.flatMap(({ obstacle }) => obstacle ?? []),
      ...space.flatMap(({ obstacle }) => obstacle ?? []),
      ...(await startObstacles(world, active, candidate.release, candidate.release.services)),
      ...(await missingImages(world, candidate.release)),
    ],
  };
  return { plan, candidate, facts: { move: { key: left.key, owner } } };
}

/** The mount that is meant. `refused` where there is none, `ambiguous` where there are several. */
function leftMount(slot: Slot, services: readonly ServiceSpec[], named: string | undefined): SlotMount {
  if (named !== undefined) return mountNamed({ slot, services }, named);
  const [only, another] = slot.mounts;
  if (only && !another) return only;
  if (!only) {
    throw new BelayError('refused', `${slot.appliance} has no data in mounts that could be moved.`, {
      hint: 'See what it mounts: show release',
    });
  }
  const all = slot.mounts.map(({ key }) => targetsOf(services, key)[0] ?? key);
  throw new BelayError('ambiguous', `${slot.appliance} has data in ${all.length} mounts: ${all.join(', ')}.`, {
    hint: `Say which: move data … mount ${all[0]}`,
  });
}

/** A mount as it is copied to somewhere else: what that takes, and where it takes room. */
async function towards(
  { slots, host }: World,
  mount: SurveyedMount,
  target: DataTarget,
  toMountPoint: boolean,
): Promise<SurveyedMount> {
  const { slotMount, planned } = mount;
  if (!slotMount || mount.obstacle) return mount;
  const around = target.kind === 'bind' ? target.path : (await host.describe()).rootDir;
  const path = target.kind === 'bind' && !toMountPoint ? posix.dirname(target.path) : around;
  const [here, there] = [await slots.space(slotMount.path), await slots.space(path)];
  const isInstant = here.device === there.device && there.reflink;
  const treatment = isInstant ? 'reflink' : (await slots.canCompare()) ? 'pre-copy' : 'copy-stopped';
  // What it says of the place that it leaves is not so on the way to another one.
  const note = treatment === 'copy-stopped' ? planned.note : null;
  return { ...mount, planned: { ...planned, treatment, note }, clonedTo: path };
}

function forecast(mounts: readonly PlannedMount[], lastMs: number) {
  const sum = (treatment: PlannedMount['treatment'], of: (mount: PlannedMount) => number) =>
    mounts.filter((mount) => mount.treatment === treatment).reduce((total, mount) => total + of(mount), 0);
  return {
    preCopyForecastMs: sum('pre-copy', copyForecastMs),
    downtimeForecastMs: lastMs + sum('pre-copy', compareForecastMs) + sum('copy-stopped', copyForecastMs),
  };
}

/** What stands in the way wherever the data is to go. */
async function standingObstacles(world: World, active: Release): Promise<Obstacle[]> {
  const obstacles = (await displacedMounts(world, active)).map(
    ({ service, source, containerName }): Obstacle => ({
      code: 'data-missing',
      message: `${service} does not write to what is at ${source}: it goes on with what was there when it started.`,
      hint: `Put that back, or let it use what is there now: docker restart ${containerName}`,
    }),
  );
  if (!world.journal.confirmations.pendingOf(active.appliance)) return obstacles;
  const { message, hint } = unconfirmed(active.appliance, active.version);
  return [{ code: 'refused', message, hint }, ...obstacles];
}

/** Only a directory is moved, and a volume cannot be mounted from inside. */
async function shapeObstacles(
  { slots }: World,
  left: SlotMount,
  services: readonly ServiceSpec[],
  target: DataTarget,
): Promise<Obstacle[]> {
  if (left.kind === 'volume') return [];
  if ((await slots.site(left.path)).there === 'file') {
    const hint =
      'Name the mount of a directory, as in: move data bind PATH mount /data. See which there are: show configuration';
    return [{ code: 'refused', message: `${left.path} is a file: only directories are moved.`, hint }];
  }
  if (target.kind === 'bind') return [];
  const inner = services
    .flatMap(({ mounts }) => mounts)
    .find(({ slotKey, source }) => slotKey === left.key && source !== left.path);
  if (!inner) return [];
  const message = `${inner.source} is mounted by itself as well, from inside of ${left.path}: a volume cannot be.`;
  return [{ code: 'refused', message, hint: 'Move it to another directory instead: move data bind PATH' }];
}

async function warningsOf({ host, slots, journal }: World, active: Release, target: DataTarget): Promise<string[]> {
  const own = new Set(journal.instances(active.id).map(({ containerId }) => containerId));
  const warnings = dependentWarnings(await host.listContainers(), own);
  if (target.kind === 'volume') return warnings;
  const isThere = (await slots.site(target.path)).there === 'empty-mount-point';
  const { filesystem } = await slots.space(isThere ? target.path : posix.dirname(target.path));
  const isInMemory = filesystem === 'tmpfs' || filesystem === 'ramfs';
  return isInMemory
    ? [`${target.path} is in memory (${filesystem}): it does not outlast a reboot.`, ...warnings]
    : warnings;
}

import { unconfirmed } from '../domain/confirmation.ts';
import type { Following } from '../domain/followers.ts';
import type { OperationFacts } from '../domain/operation.ts';
import type { ChangePlan, Obstacle } from '../domain/plan.ts';
import { DEFAULT_POLICY } from '../domain/policy.ts';
import type { World } from '../domain/ports/world.ts';
import { controllerOf, type Release } from '../domain/release.ts';
import { isSameImage, type ServiceSpec } from '../domain/service-spec.ts';
import { compareSettings, hasSameSettings } from '../domain/settings-diff.ts';
import type { Step } from '../domain/step.ts';
import type { Candidate } from './candidate.ts';
import { changeCandidate } from './change-candidate.ts';
import { dependentWarnings } from './dependents.ts';
import { followingFacts, followingOf } from './following.ts';
import { lastDowntimeMs } from './forecast.ts';
import { plannedSteps } from './planned-steps.ts';
import { mustSlot } from './slot-pairs.ts';
import { dataObstacles } from './snapshot-obstacles.ts';
import { startObstacles } from './start-obstacles.ts';
import { madeAnew } from './update-triggers.ts';

export interface PlannedChange {
  plan: ChangePlan;
  candidate: Candidate;
  facts: OperationFacts;
}

/** What is to be otherwise. */
export interface Change {
  /** Every service of the appliance as it is now, with what is set on its container. */
  now: readonly ServiceSpec[];
  /** Every service as it is to be: one that is only here is added, one that is only there is removed. */
  after: readonly ServiceSpec[];
  /** Services that get a new container although nothing of them differs. */
  anew?: readonly string[];
  by: string;
}

/**
 * What it would mean to have some services of what runs otherwise, on the same data: only those that differ get new
 * containers. Changes nothing. For whatever changes images or settings: engines, helpers, environments.
 */
export async function planChange(
  world: World,
  active: Release,
  { now, after, anew = [], by }: Change,
  steps: readonly Step[],
): Promise<PlannedChange> {
  const { journal, clock, host } = world;
  const { exchanged, added, removed, kept, services } = pairUp(now, after, new Set(anew));
  const candidate = changeCandidate(active, services, { by, at: clock.now() });
  const goesOn = kept.includes(controllerOf(active).name);
  const untouched = new Set(kept);
  const replaced = journal.instances(active.id).filter(({ service }) => !untouched.has(service));
  const containers = await host.listContainers();
  const coming = [...exchanged.map((pair) => pair.coming), ...added];
  const following = followingOfChange(world, candidate.release, coming);
  const plan: ChangePlan = {
    appliance: active.appliance,
    from: { release: active.id, version: active.version },
    to: { version: candidate.release.version },
    steps: plannedSteps(steps, { from: active, to: candidate.release }, following ? [] : ['engines']),
    changes: exchanged.map(changeOf),
    added: added.map(({ name, image, containerName }) => ({ service: name, image: image.reference, containerName })),
    removed: removed.map(({ name }) => name),
    kept,
    engines: following,
    downtimeForecastMs: goesOn ? null : lastDowntimeMs(journal, active.appliance, 'change'),
    warnings: dependentWarnings(containers, new Set(replaced.map(({ containerId }) => containerId))),
    obstacles: [
      ...standing(world, active, exchanged.length + added.length + removed.length),
      ...needed(removed, services),
      ...(await dataObstacles(world, mustSlot(journal, active.slot))).filter((problem) => problem !== null),
      ...(await startObstacles(world, active, candidate.release, coming)),
    ],
  };
  return {
    plan,
    candidate,
    facts: { kept, ...followingFacts(following), ...(goesOn ? { withoutDowntime: true } : {}) },
  };
}

interface Pair {
  current: ServiceSpec;
  coming: ServiceSpec;
}

/** Which services are exchanged, which come, which go, and which go on. */
function pairUp(now: readonly ServiceSpec[], after: readonly ServiceSpec[], anew: ReadonlySet<string>) {
  const before = new Map(now.map((service) => [service.name, service]));
  const wanted = new Set(after.map(({ name }) => name));
  const exchanged: Pair[] = [];
  const added: ServiceSpec[] = [];
  const kept: string[] = [];
  const services = after.map((service) => {
    const current = before.get(service.name);
    const isOne = current !== undefined && !anew.has(service.name) && !isOther(current, service);
    const coming = current && !isOne ? madeAnew(service) : service;
    if (!current) added.push(service);
    else if (isOne) kept.push(service.name);
    else exchanged.push({ current, coming });
    return coming;
  });
  return { exchanged, added, removed: now.filter(({ name }) => !wanted.has(name)), kept, services };
}

/** The engines among those that get new containers: they go over a few at a time, whatever else is exchanged. */
function followingOfChange({ journal }: World, to: Release, coming: readonly ServiceSpec[]): Following | null {
  const { maxUnavailable } = (journal.appliance(to.appliance)?.policy ?? DEFAULT_POLICY).engines;
  const names = new Set(coming.map(({ name }) => name));
  const following = followingOf(to.services, maxUnavailable);
  const engines = following?.engines.filter((name) => names.has(name)) ?? [];
  return engines.length > 0 ? { engines, maxUnavailable } : null;
}

/** What goes must not be what another service waits for. */
function needed(removed: readonly ServiceSpec[], services: readonly ServiceSpec[]): Obstacle[] {
  const gone = new Set(removed.map(({ name }) => name));
  return services.flatMap(({ name, dependsOn = {} }) =>
    Object.keys(dependsOn)
      .filter((other) => gone.has(other))
      .map((other) => {
        const hint = 'It is started after that one, and would not start without it. See: show manifest';
        return { code: 'refused' as const, message: `${name} depends on ${other}, which therefore has to stay.`, hint };
      }),
  );
}

const isOther = (now: ServiceSpec, after: ServiceSpec): boolean =>
  !isSameImage(now.image, after.image) || !hasSameSettings(now, after);

function changeOf({ current, coming }: Pair): ChangePlan['changes'][number] {
  const image = isSameImage(current.image, coming.image)
    ? null
    : { now: current.image.reference, after: coming.image.reference };
  return { service: current.name, image, settings: compareSettings(current, coming) };
}

function standing({ journal }: World, active: Release, exchanged: number): Obstacle[] {
  const obstacles: Obstacle[] = [];
  if (journal.confirmations.pendingOf(active.appliance)) {
    const { message, hint } = unconfirmed(active.appliance, active.version);
    obstacles.push({ code: 'refused', message, hint });
  }
  if (exchanged === 0) {
    const message = `${active.appliance} is so already: nothing would change.`;
    obstacles.push({ code: 'refused', message, hint: 'See how it is: show system' });
  }
  return obstacles;
}

import { unconfirmed } from '../domain/confirmation.ts';
import type { OperationFacts } from '../domain/operation.ts';
import type { ChangePlan, Obstacle } from '../domain/plan.ts';
import type { World } from '../domain/ports/world.ts';
import { controllerOf, type Release } from '../domain/release.ts';
import { isSameImage, type ServiceSpec } from '../domain/service-spec.ts';
import { compareSettings } from '../domain/settings-diff.ts';
import type { Step } from '../domain/step.ts';
import type { Candidate } from './candidate.ts';
import { changeCandidate } from './change-candidate.ts';
import { dependentWarnings } from './dependents.ts';
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
  /** The same services as they are to be. */
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
  const pairs = now.map((current) => {
    const wanted = after.find(({ name }) => name === current.name) ?? current;
    const differs = anew.includes(current.name) || isOther(current, wanted);
    return { current, coming: differs ? madeAnew(wanted) : wanted, differs };
  });
  const exchanged = pairs.filter(({ differs }) => differs);
  const kept = pairs.filter(({ differs }) => !differs).map(({ current }) => current.name);
  const services = pairs.map(({ coming }) => coming);
  const candidate = changeCandidate(active, services, { by, at: clock.now() });
  const goesOn = kept.includes(controllerOf(active).name);
  const replaced = journal.instances(active.id).filter(({ service }) => !kept.includes(service));
  const containers = await host.listContainers();
  const coming = exchanged.map((pair) => pair.coming);
  const plan: ChangePlan = {
    appliance: active.appliance,
    from: { release: active.id, version: active.version },
    to: { version: candidate.release.version },
    steps: plannedSteps(steps, { from: active, to: candidate.release }),
    changes: exchanged.map(changeOf),
    kept,
    downtimeForecastMs: goesOn ? null : lastDowntimeMs(journal, active.appliance, 'change'),
    warnings: dependentWarnings(containers, new Set(replaced.map(({ containerId }) => containerId))),
    obstacles: [
      ...standing(world, active, exchanged.length),
      ...(await dataObstacles(world, mustSlot(journal, active.slot))).filter((problem) => problem !== null),
      ...(await startObstacles(world, active, candidate.release, coming)),
    ],
  };
  return { plan, candidate, facts: { kept, ...(goesOn ? { withoutDowntime: true } : {}) } };
}

const isOther = (now: ServiceSpec, after: ServiceSpec): boolean =>
  !isSameImage(now.image, after.image) || compareSettings(now, after).length > 0;

function changeOf({ current, coming }: { current: ServiceSpec; coming: ServiceSpec }): ChangePlan['changes'][number] {
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

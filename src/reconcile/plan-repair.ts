import { toBelayError } from '../domain/errors.ts';
import { compareLimits, limitsOf } from '../domain/limits.ts';
import type { Obstacle, RepairPlan } from '../domain/plan.ts';
import type { Instance } from '../domain/ports/container-host.ts';
import type { World } from '../domain/ports/world.ts';
import type { Release } from '../domain/release.ts';
import { restartPolicyOf } from '../domain/service-spec.ts';
import type { Step } from '../domain/step.ts';
import { mustHaveItsData } from '../sequences/data-in-place.ts';
import { isUp } from '../sequences/instances.ts';
import { startObstacles } from '../sequences/start-obstacles.ts';
import { madeAnew } from '../sequences/update-triggers.ts';
import { policyText } from './drift-of-active.ts';
import { usesLiveData } from './drift-of-frozen.ts';
import type { Observation, SeenService } from './observation.ts';
import { observe } from './observe.ts';

/** What a repair would do, and what stands in its way. Changes nothing. */
export async function planRepair(world: World, active: Release, steps: readonly Step[]): Promise<RepairPlan> {
  const observation = await observe(world, active);
  const { services } = observation.active;
  const actions = services.flatMap(actionsFor);
  const obstacles = await obstaclesOf(world, observation);
  if (actions.length === 0 && obstacles.length === 0) {
    const message = `The containers of ${active.appliance} are as ${active.version} (${active.id}) says.`;
    obstacles.push({ code: 'refused', message, hint: 'See how it is: show system' });
  }
  return {
    appliance: active.appliance,
    release: { release: active.id, version: active.version },
    steps: steps.map((step) => ({ name: step.name, title: step.title({ from: active, to: active }) })),
    actions,
    warnings: services.flatMap(warningsFor),
    obstacles,
  };
}

/** Services whose container is gone, and which take the image that waits for them when it is made anew. */
export async function waitingToBeMade(world: World, active: Release): Promise<string[]> {
  const { services } = (await observe(world, active)).active;
  return services.flatMap(({ spec, instance }) => (!instance && madeAnew(spec) !== spec ? [spec.name] : []));
}

function actionsFor({ spec, instance, imageHere }: SeenService): string[] {
  if (!instance && madeAnew(spec) !== spec) {
    return [
      `Make the container ${spec.containerName} with ${madeAnew(spec).image.reference}, in a new release, and start it`,
    ];
  }
  if (!instance) {
    return [
      ...(imageHere ? [] : [`Fetch ${spec.image.reference} again`]),
      `Make the container ${spec.containerName} again from the release, and start it`,
    ];
  }
  const [policy, wanted] = [policyText(instance.restartPolicy), policyText(restartPolicyOf(spec))];
  return [
    ...(instance.name === spec.containerName ? [] : [`Rename ${instance.name} to ${spec.containerName}`]),
    ...limitChanges(spec, instance).flatMap(({ option, now, release }) =>
      release === null ? [] : [`Set ${option} of ${spec.containerName} to ${release} (now ${now ?? 'unset'})`],
    ),
    ...(policy === wanted ? [] : [`Set the restart policy of ${spec.containerName} to ${wanted} (now ${policy})`]),
    ...(instance.state === 'paused' ? [`Let ${spec.containerName} go on`] : []),
    ...(isUp(instance) ? [] : [`Start ${spec.containerName}`]),
  ];
}

const limitChanges = (spec: SeenService['spec'], { limits }: Instance) =>
  compareLimits(limits, limitsOf(spec.settings.hostConfig));

function warningsFor({ spec, instance }: SeenService): string[] {
  if (!instance) return [];
  const unset = limitChanges(spec, instance).filter(({ release }) => release === null);
  return unset.map(
    ({ option, now }) =>
      `${option} ${now} of ${instance.name} stays: a container cannot lose a limit. To be rid of it: docker rm -f ${instance.name}, then repair system.`,
  );
}

async function obstaclesOf(world: World, { active, frozen }: Observation): Promise<Obstacle[]> {
  const { release } = active;
  const lost = await mustHaveItsData(world, release).then(() => null, toBelayError);
  const rivals = frozen.flatMap(({ release: left, services }) =>
    services.flatMap(({ spec, instance }) =>
      instance && isUp(instance) && usesLiveData(active, left, spec, instance) ? [{ left, instance }] : [],
    ),
  );
  return [
    ...(lost ? [{ code: 'data-missing' as const, message: lost.message, hint: lost.hint }] : []),
    ...rivals.map(({ left, instance }) => ({
      code: 'refused' as const,
      message: `The container ${instance.name} of ${left.version} (${left.id}) runs on the data of ${release.version}.`,
      hint: `Turn it off first: docker stop ${instance.name}`,
    })),
    ...(await startObstacles(world, release, release, release.services)),
  ];
}

import { powersOfSettings } from '../domain/host-powers.ts';
import type { Obstacle, UpgradePlan } from '../domain/plan.ts';
import { DEFAULT_POLICY } from '../domain/policy.ts';
import type { World } from '../domain/ports/world.ts';
import type { Release } from '../domain/release.ts';
import type { ServiceSpec } from '../domain/service-spec.ts';
import type { Slot } from '../domain/slot.ts';
import type { Step } from '../domain/step.ts';
import type { Candidate } from './candidate.ts';
import { isolated } from './isolated.ts';
import { planUpgrade } from './plan-upgrade.ts';
import { plannedSteps } from './planned-steps.ts';

export interface PlannedRehearsal {
  plan: UpgradePlan;
  candidate: Candidate & { slot: Slot };
}

/** The network on which a rehearsal is by itself. */
export const rehearsalNetwork = (slot: string): string => `belay-rehearsal-${slot}`;

/**
 * What a rehearsal of an upgrade would do, and what stands in its way: what stands in the way of the upgrade, and what
 * cannot be cut off from the world. Changes nothing.
 */
export async function planRehearsal(
  world: World,
  from: Release,
  request: { version: string; by: string },
  steps: readonly Step[],
  signal?: AbortSignal,
): Promise<PlannedRehearsal> {
  const { plan, candidate } = await planUpgrade(world, from, { ...request, isRehearsed: true }, [], signal);
  const { release, slot } = candidate;
  const policy = world.journal.appliance(from.appliance)?.policy ?? DEFAULT_POLICY;
  const services = release.services.map((service) => isolated(service, slot, rehearsalNetwork(slot.id)));
  const external: Obstacle[] =
    policy.data === 'external'
      ? [
          refused(
            `The data of ${from.appliance} is in an external database, which a rehearsal must not touch.`,
            onlyUpgraded(request.version),
          ),
        ]
      : [];
  return {
    plan: {
      ...plan,
      steps: plannedSteps(steps, { from, to: release }),
      downtimeForecastMs: 0,
      externalData: null,
      warnings: plan.warnings.filter(
        (warning) => warning.includes('is not running') || warning.includes('may not fit'),
      ),
      obstacles: [
        ...plan.obstacles,
        ...external,
        ...release.services.flatMap((service) => reachingOut(service, request.version)),
      ],
    },
    candidate: { release: { ...release, services }, slot },
  };
}

/** What a service has of its host that cannot be kept from it: it would act on the real world. */
function reachingOut({ name, settings, mounts }: ServiceSpec, version: string): Obstacle[] {
  const hint = onlyUpgraded(version);
  const powers = powersOfSettings(settings.hostConfig).map((power) =>
    refused(`${name} has the power ${power} over its host, and cannot be cut off from it.`, hint),
  );
  const shared = mounts.filter(
    ({ slotKey, sharedBecause, readOnly }) =>
      slotKey === null && (!readOnly || /^a (?:socket|device|fifo) /.test(sharedBecause ?? '')),
  );
  return [
    ...powers,
    ...shared.map(({ source, sharedBecause }) =>
      refused(`${name} mounts ${source}, ${sharedBecause}, which is not cloned: a rehearsal would act on it.`, hint),
    ),
  ];
}

const onlyUpgraded = (version: string) =>
  `What fails in an upgrade is taken back. See what it would do: show upgrade plan ${version}`;
const refused = (message: string, hint: string): Obstacle => ({ code: 'refused', message, hint });

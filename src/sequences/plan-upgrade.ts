import { clusterInTurn } from '../domain/cluster.ts';
import { unconfirmed } from '../domain/confirmation.ts';
import type { ReleaseId } from '../domain/ids.ts';
import type { OperationFacts } from '../domain/operation.ts';
import type { Obstacle, UpgradePlan } from '../domain/plan.ts';
import { DEFAULT_POLICY } from '../domain/policy.ts';
import type { World } from '../domain/ports/world.ts';
import type { Release } from '../domain/release.ts';
import type { PinnedImage, ServiceSpec } from '../domain/service-spec.ts';
import type { Slot } from '../domain/slot.ts';
import type { Step } from '../domain/step.ts';
import type { FoundImage } from './brought-image.ts';
import { type Candidate, upgradeCandidate } from './candidate.ts';
import { displacedMounts } from './displaced-mounts.ts';
import { followingFacts, followingOf, offUntilTheirTurn } from './following.ts';
import { copyForecastMs, lastDowntimeMs, whileStoppedMs } from './forecast.ts';
import { imageSpaceWarning, neededSpace } from './needed-space.ts';
import { choiceOfData, goneBackFrom } from './older-version.ts';
import { externalWarnings, hookFacts, hooksOfUpgrade } from './plan-hooks.ts';
import { wayBackWarnings } from './plan-mount-points.ts';
import { plannedSteps } from './planned-steps.ts';
import { belowFloor } from './policy-rules.ts';
import { quarantineObstacles } from './quarantine.ts';
import { mustSlot } from './slot-pairs.ts';
import { startObstacles } from './start-obstacles.ts';
import { surveyMounts } from './survey-mounts.ts';
import { inTheirTime, type TimedImage } from './update-triggers.ts';
import { upgradeWarnings } from './upgrade-warnings.ts';
import { versionImages } from './version-images.ts';

export interface PlannedUpgrade {
  plan: UpgradePlan;
  /** What the steps have to know from the beginning. */
  facts: OperationFacts;
  candidate: Candidate & { slot: Slot };
}

export interface UpgradeWish {
  version: string;
  by: string;
  confirmWithinMs?: number | undefined;
  /** Also to what did not prove itself before. */
  force?: boolean | undefined;
  /** An earlier release's services with today's data, instead of what runs in that version. */
  earlier?: { release: ReleaseId; services: ServiceSpec[]; found: FoundImage[] };
  /** Images that somebody has chosen, instead of those of a version. `kept` are services that go on untouched. */
  chosen?: { services: ServiceSpec[]; found: FoundImage[]; kept: string[]; command: string };
  /** It goes back by the vendor's procedure: neither the floor nor what was here before has a say. */
  isLegacy?: true;
  /** On a clone that goes again: nothing has to be chosen. */
  isRehearsed?: true;
}

/**
 * What an upgrade would do, cost and need, and what stands in its way. Changes nothing. Throws where
 * there is nothing to plan: an unknown version, an engine that does not answer.
 */
export async function planUpgrade(
  world: World,
  from: Release,
  request: UpgradeWish,
  steps: readonly Step[],
  signal?: AbortSignal,
): Promise<PlannedUpgrade> {
  const { journal, clock } = world;
  const policy = journal.appliance(from.appliance)?.policy ?? DEFAULT_POLICY;
  const given = request.earlier ?? request.chosen;
  const { services, found } = given ?? (await versionImages(world, from, request.version, signal));
  const pinned = services.map((spec, index) => ({ spec, image: (found[index] as FoundImage).image }));
  // What an earlier release had, or somebody has chosen, is taken as it is.
  const images = given ? pinned.map((each) => asGiven(each, request)) : await inTheirTime(world, from, pinned);
  const fromSlot = mustSlot(journal, from.slot);
  const candidate = upgradeCandidate(from, fromSlot, images, { ...request, at: clock.now() });
  const surveyed = await surveyMounts(world, services, fromSlot, signal);
  const space = await neededSpace(world, surveyed);
  const tight = await imageSpaceWarning(
    world,
    services.map((spec, index) => {
      const { image: coming, alreadyHere } = found[index] as FoundImage;
      return { current: spec.image, coming, alreadyHere };
    }),
  );
  const main = found[services.findIndex(({ role }) => role === 'controller')] as FoundImage;
  const untrusted = quarantineObstacles(journal, candidate.release, commandOf(request));
  const cloned = surveyed.filter(({ planned }) => planned.treatment !== 'shared').map(({ planned }) => planned);
  const subject = { policy, hasMounts: fromSlot.mounts.length > 0, from: from.version, to: request.version };
  const hooks = await hooksOfUpgrade(world, subject, signal);
  const kept = images.filter(({ keeps }) => keeps).map(({ spec }) => spec.name);
  const following = followingOf(candidate.release.services, policy.engines.maxUnavailable, kept);
  // What a hook backs up and restores is that of all nodes at one moment.
  const asOne = Object.keys(hooks.planned.hooks).length > 0 ? 'the external data is theirs together' : null;
  const takingOver = candidate.release.services.filter(({ name }) => !kept.includes(name));
  const cluster = request.isLegacy ? null : clusterInTurn(takingOver, asOne);
  const inTurn = cluster !== null && cluster.inTurn.length > 0;
  const plan: UpgradePlan = {
    appliance: from.appliance,
    from: { release: from.id, version: from.version },
    to: {
      version: request.version,
      image: main.image.reference,
      digest: main.image.digest ?? main.image.imageId,
      alreadyHere: main.alreadyHere,
    },
    services: images.map(({ spec, image, awaits, keeps }) => ({
      name: spec.name,
      from: spec.image.reference,
      to: image.reference,
      kept: spec.update && awaits ? { update: spec.update, awaits: awaits.reference, isUntouched: keeps } : null,
    })),
    steps: plannedSteps(steps, { from, to: candidate.release }, [
      ...(inTurn ? [] : ['nodes']),
      ...(following ? [] : ['engines']),
      ...hooks.spared,
    ]),
    cluster,
    engines: following,
    mounts: surveyed.map(({ planned }) => planned),
    space: space.map(({ path, neededBytes, freeBytes }) => ({ path, neededBytes, freeBytes })),
    confirmWithinMs: request.confirmWithinMs ?? null,
    externalData: hooks.externalData,
    preCopyForecastMs: sum(cloned.filter(({ treatment }) => treatment === 'pre-copy').map(copyForecastMs)),
    downtimeForecastMs: lastDowntimeMs(journal, from.appliance, 'upgrade') + sum(cloned.map(whileStoppedMs)),
    warnings: [
      ...(inTurn
        ? [
            `Where a node fails, all of them go back, each to its own data of ${from.version}: what was written to one since its turn is not kept.`,
          ]
        : []),
      ...offUntilTheirTurn(from.services, following),
      ...externalWarnings(hooks.externalData),
      ...(request.force ? untrusted.map(({ message }) => message) : []),
      ...(await upgradeWarnings(world, from, candidate.release, images, request.earlier?.release)),
      ...(await wayBackWarnings(world.slots, from.version, surveyed)),
      ...(tight ? [tight] : []),
    ],
    obstacles: [
      ...surveyed.flatMap(({ obstacle }) => obstacle ?? []),
      ...space.flatMap(({ obstacle }) => obstacle ?? []),
      ...hooks.obstacles,
      ...(request.isLegacy ? [] : belowFloor(policy, request.version)),
      ...(request.force ? [] : untrusted),
      ...(await obstaclesOf(world, from, candidate.release)),
      ...(request.earlier ? [] : runningAlready(from, candidate.release)),
      ...(request.isLegacy ? [] : goneBackFrom(candidate.release)),
      ...(request.earlier || request.isRehearsed || request.isLegacy
        ? []
        : choiceOfData(journal, from, candidate.release)),
    ],
  };
  return {
    plan,
    candidate,
    facts: { ...hookFacts(hooks.planned), ...(cluster ? { cluster } : {}), ...followingFacts(following), kept },
  };
}

const asGiven = ({ spec, image }: { spec: ServiceSpec; image: PinnedImage }, { chosen }: UpgradeWish): TimedImage => ({
  ...{ spec, image, awaits: spec.awaits ?? null, keeps: chosen?.kept.includes(spec.name) ?? false },
});

const commandOf = ({ earlier, chosen, version }: UpgradeWish): string =>
  chosen?.command ?? (earlier ? `promote release ${earlier.release}` : `upgrade system ${version}`);

const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);

async function obstaclesOf(world: World, from: Release, to: Release): Promise<Obstacle[]> {
  const obstacles = await startObstacles(world, from, to, to.services);
  for (const { service, containerName, source } of await displacedMounts(world, from)) {
    obstacles.push({
      code: 'data-missing',
      message: `${service} does not write to what is at ${source}: it goes on with what was there when it started.`,
      hint: `Put that back, or let it use what is there now: docker restart ${containerName}`,
    });
  }
  if (world.journal.confirmations.pendingOf(from.appliance)) {
    const { message, hint } = unconfirmed(from.appliance, from.version);
    obstacles.unshift({ code: 'refused', message, hint });
  }
  const engine = await world.host.describe();
  if (!engine.dataReachable) {
    obstacles.push({
      code: 'refused',
      message: `The data of ${engine.product} is not on this machine, so it cannot be cloned.`,
      hint: 'Run Belay on the machine that the engine runs on.',
    });
  }
  return obstacles;
}

function runningAlready(from: Release, to: Release): Obstacle[] {
  const same = to.services.every(({ image }, index) => {
    const current = from.services[index]?.image;
    return current && (image.imageId ? image.imageId === current.imageId : image.digest === current.digest);
  });
  if (!same || to.version !== from.version) return [];
  const message = `${from.appliance} runs ${to.version} already.`;
  return [{ code: 'refused', message, hint: 'See what else there is: show versions' }];
}

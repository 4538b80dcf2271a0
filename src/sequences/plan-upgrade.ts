import type { MountTreatment, Obstacle, PlannedMount, UpgradePlan } from '../domain/plan.ts';
import type { Clock } from '../domain/ports/clock.ts';
import type { ContainerHost } from '../domain/ports/container-host.ts';
import type { Journal } from '../domain/ports/journal.ts';
import type { SlotStore } from '../domain/ports/slot-store.ts';
import type { Release } from '../domain/release.ts';
import type { ServiceSpec } from '../domain/service-spec.ts';
import type { Slot, SlotMount } from '../domain/slot.ts';
import type { Step } from '../domain/step.ts';
import { compareVersions } from '../domain/version.ts';
import { type Candidate, upgradeCandidate } from './candidate.ts';
import { currentServices } from './current-services.ts';
import { compareForecastMs, copyForecastMs, lastDowntimeMs } from './forecast.ts';
import { findImage } from './image-of-version.ts';
import { findInstance, isUp } from './instances.ts';
import { mustSlot } from './slot-pairs.ts';
import { takenNames } from './taken-names.ts';

export interface PlanningWorld {
  journal: Journal;
  host: ContainerHost;
  slots: SlotStore;
  clock: Clock;
}

export interface PlannedUpgrade {
  plan: UpgradePlan;
  candidate: Candidate & { slot: Slot };
}

const SPACE_MARGIN = 1.05;

/**
 * What an upgrade would do, cost and need, and what stands in its way. Changes nothing. Throws where
 * there is nothing to plan: an unknown version, an engine that does not answer.
 */
export async function planUpgrade(
  world: PlanningWorld,
  from: Release,
  request: { version: string; by: string },
  steps: readonly Step[],
  signal?: AbortSignal,
): Promise<PlannedUpgrade> {
  const { journal, host, clock } = world;
  const services = await currentServices(world, from, signal);
  const found = await Promise.all(services.map((spec) => findImage(host, spec.image, request.version, signal)));
  const images = services.map((spec, index) => ({ spec, image: (found[index] as (typeof found)[number]).image }));
  const fromSlot = mustSlot(journal, from.slot);
  const candidate = upgradeCandidate(from, fromSlot, images, { ...request, at: clock.now() });
  const surveyed = await surveyMounts(world, services, fromSlot, signal);
  const space = await neededSpace(world, surveyed);
  const first = found[0] as (typeof found)[number];
  const cloned = surveyed.filter(({ planned }) => planned.treatment !== 'shared').map(({ planned }) => planned);
  const plan: UpgradePlan = {
    appliance: from.appliance,
    from: { release: from.id, version: from.version },
    to: {
      version: request.version,
      image: first.image.reference,
      digest: first.image.digest ?? first.image.imageId,
      alreadyHere: first.alreadyHere,
    },
    steps: steps.map((step) => ({ name: step.name, title: step.title({ from, to: candidate.release }) })),
    mounts: surveyed.map(({ planned }) => planned),
    space: space.map(({ path, neededBytes, freeBytes }) => ({ path, neededBytes, freeBytes })),
    preCopyForecastMs: sum(cloned.filter(({ treatment }) => treatment === 'pre-copy').map(copyForecastMs)),
    downtimeForecastMs:
      lastDowntimeMs(journal, from.appliance, 'upgrade') + sum(cloned.map((mount) => whileStoppedMs(mount))),
    warnings: await warningsOf(world, from, candidate.release, images),
    obstacles: [
      ...surveyed.flatMap(({ obstacle }) => obstacle ?? []),
      ...space.flatMap(({ obstacle }) => obstacle ?? []),
      ...(await obstaclesOf(world, from, candidate.release)),
    ],
  };
  return { plan, candidate };
}

const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);

const whileStoppedMs = (mount: PlannedMount) =>
  mount.treatment === 'copy-stopped'
    ? copyForecastMs(mount)
    : mount.treatment === 'pre-copy'
      ? compareForecastMs(mount)
      : 0;

interface SurveyedMount {
  planned: PlannedMount;
  slotMount: SlotMount | null;
  obstacle: Obstacle | null;
}

async function surveyMounts(
  world: PlanningWorld,
  services: ServiceSpec[],
  slot: Slot,
  signal?: AbortSignal,
): Promise<SurveyedMount[]> {
  const bySource = new Map<string, { service: string; mount: ServiceSpec['mounts'][number]; targets: string[] }>();
  for (const service of services) {
    for (const mount of service.mounts) {
      const known = bySource.get(mount.slotKey ?? `shared:${mount.source}`);
      if (known) known.targets.push(mount.target);
      else
        bySource.set(mount.slotKey ?? `shared:${mount.source}`, {
          service: service.name,
          mount,
          targets: [mount.target],
        });
    }
  }
  return Promise.all(
    [...bySource.values()].map(async ({ service, mount, targets }): Promise<SurveyedMount> => {
      const base = { service, kind: mount.kind, source: mount.source, targets };
      const slotMount = slot.mounts.find(({ key }) => key === mount.slotKey) ?? null;
      if (!slotMount) {
        const planned = { ...base, treatment: 'shared' as const, sizeBytes: 0, files: 0, note: mount.sharedBecause };
        return { planned, slotMount: null, obstacle: null };
      }
      return surveySlotMount(world, base, slotMount, signal);
    }),
  );
}

async function surveySlotMount(
  { slots }: PlanningWorld,
  base: Pick<PlannedMount, 'service' | 'kind' | 'source' | 'targets'>,
  slotMount: SlotMount,
  signal?: AbortSignal,
): Promise<SurveyedMount> {
  const hindrance = await slots.obstacle(slotMount.path);
  const blocked = (message: string, hint: string): SurveyedMount => ({
    planned: { ...base, treatment: 'shared', sizeBytes: 0, files: 0, note: null },
    slotMount,
    obstacle: { code: hindrance === 'missing' ? 'data-missing' : 'refused', message, hint },
  });
  if (hindrance === 'missing') {
    return blocked(
      `The data of ${base.source} is not at ${slotMount.path}.`,
      'Look for it before anything else: nothing has been changed.',
    );
  }
  if (hindrance === 'mount-point' && slotMount.kind === 'bind') {
    return blocked(
      `${slotMount.path} is a mount point itself, so its data cannot be set aside by renaming.`,
      'Mount a directory inside of it instead, or the file system one level above.',
    );
  }
  if (hindrance === 'special') {
    return blocked(`${slotMount.path} is neither a directory nor a file.`, 'Mount it read-only, so that it is shared.');
  }
  const size = await slots.measure(slotMount.path, signal);
  const { reflink } = await slots.space(slotMount.path);
  const treatment: MountTreatment = reflink ? 'reflink' : (await slots.canCompare()) ? 'pre-copy' : 'copy-stopped';
  const note = treatment === 'copy-stopped' ? 'rsync is not installed: the data is copied while stopped' : null;
  return { planned: { ...base, treatment, ...size, note }, slotMount, obstacle: null };
}

async function neededSpace({ slots }: PlanningWorld, surveyed: SurveyedMount[]) {
  const byDevice = new Map<string, { path: string; neededBytes: number; freeBytes: number }>();
  for (const { planned, slotMount } of surveyed) {
    if (!slotMount || planned.treatment === 'reflink' || planned.treatment === 'shared') continue;
    const { device, freeBytes } = await slots.space(slotMount.path);
    const entry = byDevice.get(device) ?? { path: slotMount.path, neededBytes: 0, freeBytes };
    entry.neededBytes += Math.ceil(planned.sizeBytes * SPACE_MARGIN);
    byDevice.set(device, entry);
  }
  return [...byDevice.values()].map((entry) => ({ ...entry, obstacle: spaceObstacle(entry) }));
}

function spaceObstacle({ path, neededBytes, freeBytes }: DataSizeOnDisk): Obstacle | null {
  if (neededBytes <= freeBytes) return null;
  const mebibytes = (bytes: number) => `${Math.ceil(bytes / 1024 / 1024)} MiB`;
  return {
    code: 'no-space',
    message: `The clone needs ${mebibytes(neededBytes)} where ${path} lies, and ${mebibytes(freeBytes)} are free.`,
    hint: 'Free some space there, then type the command again.',
  };
}

type DataSizeOnDisk = { path: string; neededBytes: number; freeBytes: number };

async function obstaclesOf(world: PlanningWorld, from: Release, to: Release): Promise<Obstacle[]> {
  const obstacles = await takenNames(world, from, to);
  const engine = await world.host.describe();
  if (!engine.dataReachable) {
    obstacles.push({
      code: 'refused',
      message: `The data of ${engine.product} is not on this machine, so it cannot be cloned.`,
      hint: 'Run Belay on the machine that the engine runs on.',
    });
  }
  const same = to.services.every(({ image }, index) => {
    const current = from.services[index]?.image;
    return current && (image.imageId ? image.imageId === current.imageId : image.digest === current.digest);
  });
  if (same && to.version === from.version) {
    obstacles.push({
      code: 'refused',
      message: `${from.appliance} runs ${to.version} already.`,
      hint: 'See what else there is: show versions',
    });
  }
  return obstacles;
}

async function warningsOf(
  world: PlanningWorld,
  from: Release,
  to: Release,
  images: readonly { spec: ServiceSpec }[],
): Promise<string[]> {
  const warnings: string[] = [];
  if (compareVersions(to.version, from.version) < 0) {
    warnings.push(
      `${to.version} is older than ${from.version} and gets today's data. To go back with its own data: rollback system`,
    );
  }
  for (const service of from.services) {
    const instance = await findInstance(world, from, service);
    if (!isUp(instance)) warnings.push(`${service.name} ${from.version} is not running now.`);
    else if (instance?.health === 'unhealthy') warnings.push(`${service.name} ${from.version} is not healthy now.`);
  }
  warnings.push(...(await sharedVolumes(world, from, images)));
  if (images.every(({ spec }) => spec.mounts.every(({ slotKey }) => !slotKey))) {
    warnings.push('There is no data in mounts: what is in an external database is not taken back by a rollback.');
  }
  return warnings;
}

async function sharedVolumes(
  { host, journal }: PlanningWorld,
  from: Release,
  images: readonly { spec: ServiceSpec }[],
): Promise<string[]> {
  const sources = new Set(
    images.flatMap(({ spec }) => spec.mounts.filter(({ slotKey }) => slotKey).map(({ source }) => source)),
  );
  const own = new Set(journal.instances(from.id).map(({ containerId }) => containerId));
  const others = await host.listContainers();
  return others
    .filter(
      ({ id, running, mountSources }) => running && !own.has(id) && mountSources.some((source) => sources.has(source)),
    )
    .map(({ name }) => `The container ${name} uses the same data: it goes on with the data of ${from.version}.`);
}

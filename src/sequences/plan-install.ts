import type { ApplianceDraft, MountDraft, ServiceDraft } from '../domain/appliance-draft.ts';
import { BelayError } from '../domain/errors.ts';
import { newReleaseId, newSlotId } from '../domain/ids.ts';
import { keyed, keyedTogether, type Candidate as MountCandidate } from '../domain/mount-sharing.ts';
import { newVolumeKeyOf } from '../domain/new-volumes.ts';
import type { OperationFacts } from '../domain/operation.ts';
import type { Obstacle } from '../domain/plan.ts';
import type { Policy } from '../domain/policy.ts';
import type { World } from '../domain/ports/world.ts';
import { controllerOf, type Release } from '../domain/release.ts';
import type { ServiceMount, ServiceSpec } from '../domain/service-spec.ts';
import { freshSlot, parkedPathOf, type Slot, type SlotMount, slotVolumeName } from '../domain/slot.ts';
import type { Step } from '../domain/step.ts';
import { requireApplianceName } from './adopt.ts';
import { broughtImage } from './brought-image.ts';
import { findImage } from './image-of-version.ts';
import { installObstacles } from './install-obstacles.ts';

export interface PlannedInstall {
  release: Release;
  slot: Slot;
  facts: OperationFacts;
  steps: { name: string; title: string }[];
  obstacles: Obstacle[];
}

export interface InstallRequest {
  draft: ApplianceDraft;
  policy: Policy;
  name: string;
  by: string;
}

/**
 * The first release of an appliance that does not exist yet, and what stands in its way. Changes nothing.
 * Throws where there is nothing to plan: an image that nobody has, an engine that does not answer.
 */
export async function planInstall(
  world: World,
  request: InstallRequest,
  steps: readonly Step[],
  signal?: AbortSignal,
): Promise<PlannedInstall> {
  const { draft, policy, name, by } = request;
  const at = world.clock.now();
  requireApplianceName(name, 'Choose another one: install FILE as NAME');
  if (world.journal.appliance(name)) {
    throw new BelayError('refused', `There is an appliance named ${name} already.`, {
      hint: 'Look at it: show system. Or install under another name: install FILE as NAME',
    });
  }
  const slotId = newSlotId();
  const used = usedOf(draft);
  const services = await Promise.all(
    withNames(draft.services, slotId).map((service) => specOf(world, service, used, signal)),
  );
  const together = keyedTogether(services).map((service) => beginning(service, used));
  const release: Release = {
    id: newReleaseId(),
    appliance: name,
    version: '',
    services: together,
    slot: slotId,
    status: 'candidate',
    origin: 'install',
    copyOf: null,
    previous: null,
    by,
    createdAt: at,
  };
  release.version = controllerOf(release).image.tag;
  const slot = freshSlot({
    id: slotId,
    appliance: name,
    mounts: slotMounts(together, slotId),
    state: 'preparing',
    createdAt: at,
  });
  return {
    release,
    slot,
    facts: { install: { volumes: used.volumes, networks: used.networks, policy } },
    steps: steps.map((step) => ({ name: step.name, title: step.title({ from: release, to: release }) })),
    obstacles: await installObstacles(world, together, used),
  };
}

/** A volume or network that no service uses is not made. */
function usedOf({ services, volumes, networks }: ApplianceDraft): Pick<ApplianceDraft, 'volumes' | 'networks'> {
  const sources = new Set(services.flatMap(({ mounts }) => mounts.map(({ source }) => source)));
  const connected = new Set(services.flatMap(({ spec }) => Object.keys(spec.settings.networks)));
  return {
    volumes: volumes.filter(({ name }) => sources.has(name)),
    networks: networks.filter(({ name }) => connected.has(name)),
  };
}

/** A volume that has no name in the manifest gets one of its slot's. */
function withNames(services: readonly ServiceDraft[], slot: string): ServiceDraft[] {
  let count = 0;
  const named = (mount: MountDraft): MountDraft =>
    mount.source === '' ? { ...mount, source: slotVolumeName(slot, ++count) } : mount;
  return services.map((service) => ({ ...service, mounts: service.mounts.map(named) }));
}

async function specOf(
  { host, slots, journal }: World,
  { spec, mounts }: ServiceDraft,
  { volumes }: Pick<ApplianceDraft, 'volumes'>,
  signal?: AbortSignal,
): Promise<ServiceSpec> {
  const { rootDir } = await host.describe(signal);
  const candidates = mounts.map(async (mount): Promise<MountCandidate> => {
    const draft = volumes.find(({ name }) => name === mount.source);
    const existing = draft?.external ? await host.inspectVolume(mount.source, signal) : null;
    const obstacle = mount.kind === 'bind' ? await slots.obstacle(mount.source) : null;
    return {
      mount,
      driver: existing?.driver ?? draft?.driver ?? 'local',
      driverOptions: existing?.driverOptions ?? draft?.driverOptions ?? {},
      sourceType: obstacle === 'special' ? 'device' : obstacle === 'missing' ? 'missing' : 'directory',
    };
  });
  // An image that is pinned by its digest is what it is, whatever its tag has become.
  const { image } = spec.image.digest
    ? ((await broughtImage({ host, journal }, spec.image, signal)) ?? { image: spec.image })
    : await findImage({ host, journal }, spec.image, spec.image.tag, signal);
  return { ...spec, image, mounts: keyed(await Promise.all(candidates), rootDir) };
}

/** What is made with the appliance begins with the image's own content; what was there before is left as it is. */
function beginning(service: ServiceSpec, { volumes }: Pick<ApplianceDraft, 'volumes'>): ServiceSpec {
  const external = new Set(volumes.filter((volume) => volume.external).map(({ name }) => name));
  const begins = ({ kind, slotKey, source }: ServiceMount) => kind === 'volume' && slotKey && !external.has(source);
  return {
    ...service,
    mounts: service.mounts.map((mount) =>
      begins(mount) ? { ...mount, slotKey: newVolumeKeyOf(mount.slotKey as string) } : mount,
    ),
  };
}

function slotMounts(services: readonly ServiceSpec[], slot: string): SlotMount[] {
  const mounts = new Map<string, SlotMount>();
  for (const { kind, source, slotKey } of services.flatMap((service) => service.mounts)) {
    if (!slotKey || mounts.has(slotKey)) continue;
    const path = kind === 'bind' ? slotKey.slice('bind:'.length) : '';
    mounts.set(slotKey, {
      key: slotKey,
      kind,
      volume: kind === 'volume' ? source : null,
      path,
      parkedPath: kind === 'bind' ? parkedPathOf(path, slot) : null,
      identity: null,
    });
  }
  return [...mounts.values()].sort((a, b) => a.key.localeCompare(b.key));
}

import type { ContainerSummary } from '../domain/ports/container-host.ts';
import type { World } from '../domain/ports/world.ts';
import type { Release } from '../domain/release.ts';
import type { ServiceSpec } from '../domain/service-spec.ts';
import type { SlotMount } from '../domain/slot.ts';
import { displacedMounts } from '../sequences/displaced-mounts.ts';
import { mustSlot } from '../sequences/slot-pairs.ts';
import type { Observation, SeenMount, SeenRelease, SeenService } from './observation.ts';

/** Releases further down than this are not looked at: a look must stay cheap. */
const MAX_FROZEN = 10;
/** Most of them have containers that a later one has as well. */
const MAX_READ = 100;

/**
 * Looks at everything that an appliance consists of, as the journal has it. Some thirty short calls of
 * the engine, at once; changes nothing. `engine-unreachable` where none answers.
 */
export async function observe(world: World, active: Release, signal?: AbortSignal): Promise<Observation> {
  const containers = await world.host.listContainers(signal);
  // First: thrown later it would leave a look behind whose failure nobody handles.
  const frozenOnes = frozenReleases(world, active);
  const look = (release: Release) => observeRelease(world, release, containers, signal);
  const [seenActive, frozen, displaced] = await Promise.all([
    look(active),
    Promise.all(frozenOnes.map(look)),
    displacedMounts(world, active),
  ]);
  return { active: seenActive, frozen, displaced };
}

/**
 * The releases that have containers of their own and can be gone back to, newest first, each with the services that they
 * run.
 */
function frozenReleases({ journal }: World, active: Release): Release[] {
  const known = new Set(journal.instances(active.id).map(({ containerId }) => containerId));
  const found: Release[] = [];
  for (const release of journal.history.left(active.appliance, MAX_READ)) {
    if (found.length === MAX_FROZEN) break;
    // A container that a later release has as well is looked at with that one.
    const shared = journal.instances(release.id).filter(({ containerId }) => known.has(containerId));
    const own = journal.instances(release.id).filter((record) => !shared.includes(record));
    if (own.length === 0) continue;
    for (const { containerId } of own) known.add(containerId);
    const services = release.services.filter(({ name }) => !shared.some(({ service }) => service === name));
    found.push({ ...release, services });
  }
  return found;
}

async function observeRelease(
  world: World,
  release: Release,
  containers: ContainerSummary[],
  signal?: AbortSignal,
): Promise<SeenRelease> {
  const slot = mustSlot(world.journal, release.slot);
  const [services, mounts] = await Promise.all([
    Promise.all(release.services.map((spec) => observeService(world, release, spec, containers, signal))),
    Promise.all(slot.mounts.map((mount) => observeMount(world, mount, signal))),
  ]);
  return { release, slot, services, mounts };
}

async function observeService(
  { journal, host }: World,
  release: Release,
  spec: ServiceSpec,
  containers: ContainerSummary[],
  signal?: AbortSignal,
): Promise<SeenService> {
  const record = journal.instance(release.id, spec.name);
  const isHere = record !== null && containers.some(({ id }) => id === record.containerId);
  const holder = containers.find(({ id, name }) => name === spec.containerName && id !== record?.containerId);
  const [instance, image] = await Promise.all([
    isHere ? host.inspectInstance(record.containerId, signal) : null,
    host.inspectImage(spec.image.imageId ?? spec.image.reference, signal),
  ]);
  return {
    spec,
    containerId: record?.containerId ?? null,
    instance,
    nameHolder: holder ? { id: holder.id, image: holder.image } : null,
    imageHere: image !== null,
  };
}

async function observeMount({ host, slots }: World, mount: SlotMount, signal?: AbortSignal): Promise<SeenMount> {
  // Data that was never identified cannot be recognised either.
  if (mount.identity === null) return { mount, state: 'unknown' };
  if (mount.volume !== null && !(await host.inspectVolume(mount.volume, signal)))
    return { mount, state: 'volume-gone' };
  return { mount, state: await slots.whereabouts(mount).catch(() => 'unknown' as const) };
}

import { BelayError } from '../domain/errors.ts';
import { newReleaseId, newSlotId, type SlotId } from '../domain/ids.ts';
import type { Journal } from '../domain/ports/journal.ts';
import type { World } from '../domain/ports/world.ts';
import type { Release } from '../domain/release.ts';
import type { ServiceSpec } from '../domain/service-spec.ts';
import { parkedPathOf, type Slot, type SlotMount } from '../domain/slot.ts';
import { containerOwners } from './container-owners.ts';
import { isUp } from './instances.ts';

const APPLIANCE_NAME = /^[a-z0-9][a-z0-9_.-]{0,62}$/i;

/**
 * Takes a running container over as the first release of an appliance, without touching it. `not-found`
 * where there is no such container, `refused` where it does not run or belongs to an appliance already.
 */
export async function adopt(
  world: World,
  request: { container: string; name?: string | undefined; by: string },
): Promise<Release> {
  const { journal, host, clock } = world;
  const instance = await host.inspectInstance(request.container);
  if (!instance) {
    throw new BelayError('not-found', `There is no container ${request.container}.`, {
      hint: 'See what there is: show containers',
    });
  }
  if (!isUp(instance)) {
    throw new BelayError('refused', `The container ${instance.name} is not running (${instance.state}).`, {
      hint: `Start it first: docker start ${instance.name}`,
    });
  }
  refuseAdoptedTwice(journal, instance.id, instance.name);
  const spec = await host.readSpec(instance.id);
  const name = request.name ?? spec.containerName;
  if (!APPLIANCE_NAME.test(name)) {
    throw new BelayError(
      'invalid-input',
      `"${name}" cannot name an appliance: letters, digits, dots, dashes, at most 63.`,
      {
        hint: `Choose one: adopt ${instance.name} as NAME`,
      },
    );
  }
  const at = clock.now();
  const slot: Slot = {
    id: newSlotId(),
    appliance: name,
    mounts: [],
    state: 'live',
    clonedFrom: null,
    createdAt: at,
    frozenAt: null,
    archive: null,
    importedFrom: null,
    leftovers: false,
  };
  slot.mounts = await slotMounts(world, spec, slot.id);
  const release: Release = {
    id: newReleaseId(),
    appliance: name,
    version: spec.image.tag,
    services: [spec],
    slot: slot.id,
    status: 'active',
    origin: 'adopt',
    copyOf: null,
    previous: null,
    by: request.by,
    createdAt: at,
  };
  // Again: somebody else may have adopted it while its settings were read.
  refuseAdoptedTwice(journal, instance.id, instance.name);
  journal.adopt(release, slot, [{ release: release.id, service: spec.name, containerId: instance.id }]);
  return release;
}

function refuseAdoptedTwice(journal: Journal, containerId: string, containerName: string): void {
  const owner = containerOwners(journal).get(containerId);
  if (owner === undefined) return;
  throw new BelayError('refused', `The container ${containerName} belongs to the appliance ${owner} already.`, {
    hint: 'Look at it: show system',
  });
}

async function slotMounts({ host, slots }: World, spec: ServiceSpec, slot: SlotId): Promise<SlotMount[]> {
  const mounts = new Map<string, SlotMount>();
  for (const { kind, source, slotKey } of spec.mounts) {
    if (!slotKey || mounts.has(slotKey)) continue;
    if (kind === 'volume') {
      const volume = await host.inspectVolume(source);
      if (!volume)
        throw new BelayError('data-missing', `The engine does not know the volume ${source} of ${spec.name}.`);
      const identity = await slots.identify(volume.hostPath);
      mounts.set(slotKey, { key: slotKey, kind, volume: source, path: volume.hostPath, parkedPath: null, identity });
    } else {
      // A bind nested in another one shares the outer one's key, which names the outer path.
      const path = slotKey.slice('bind:'.length);
      const identity = await slots.identify(path);
      mounts.set(slotKey, { key: slotKey, kind, volume: null, path, parkedPath: parkedPathOf(path, slot), identity });
    }
  }
  return [...mounts.values()].sort((a, b) => a.key.localeCompare(b.key));
}

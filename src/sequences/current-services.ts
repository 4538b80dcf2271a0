import { keyedTogether } from '../domain/mount-sharing.ts';
import type { ContainerHost } from '../domain/ports/container-host.ts';
import type { Journal } from '../domain/ports/journal.ts';
import type { Release } from '../domain/release.ts';
import type { ServiceSpec } from '../domain/service-spec.ts';
import { rekeyed } from './candidate.ts';
import { findInstance } from './instances.ts';
import { mustSlot } from './slot-pairs.ts';

/**
 * What is set on the containers of a release now: an administrator may have changed limits or networks
 * with the engine's own commands since. The release's record serves where a container is gone.
 */
export async function currentServices(
  world: { journal: Journal; host: ContainerHost },
  release: Release,
  signal?: AbortSignal,
): Promise<ServiceSpec[]> {
  const slot = mustSlot(world.journal, release.slot);
  // What a rollback has cut off is made again as it was connected before.
  const apart = new Map(world.journal.orphans(release.appliance).map((each) => [each.containerId, each.networks]));
  const services = await Promise.all(
    release.services.map(async (service) => {
      const instance = await findInstance(world, release, service, signal);
      if (!instance) return service;
      const spec = rekeyed(await world.host.readSpec(instance.id, signal, service.image), slot);
      const networks = apart.get(instance.id);
      const {
        name,
        role,
        containerName,
        dependsOn,
        askedGate,
        versioned,
        update,
        softwareVersion,
        awaits,
        scaled,
        secrets,
      } = service;
      return {
        ...spec,
        ...(networks ? { settings: { ...spec.settings, networks } } : {}),
        name,
        role,
        containerName,
        ...(dependsOn ? { dependsOn } : {}),
        ...(askedGate ? { askedGate, gate: { ...spec.gate, ...askedGate } } : {}),
        ...(versioned ? { versioned } : {}),
        ...(update ? { update } : {}),
        ...(softwareVersion ? { softwareVersion } : {}),
        ...(awaits ? { awaits } : {}),
        ...(scaled ? { scaled } : {}),
        ...(secrets ? { secrets } : {}),
      };
    }),
  );
  return keyedTogether(services);
}

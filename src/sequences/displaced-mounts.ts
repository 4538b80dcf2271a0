import { posix } from 'node:path';
import type { ContainerHost } from '../domain/ports/container-host.ts';
import type { Journal } from '../domain/ports/journal.ts';
import type { SlotStore } from '../domain/ports/slot-store.ts';
import type { Release } from '../domain/release.ts';
import type { ServiceSpec } from '../domain/service-spec.ts';
import { isSameData } from '../domain/slot.ts';
import { findInstance } from './instances.ts';

export interface DisplacedMount {
  service: string;
  containerName: string;
  source: string;
}

/**
 * Mounts whose path leads to something else than what the running container writes to: it goes on with
 * the directory that it was started with, wherever that has been moved since.
 */
export async function displacedMounts(
  world: { journal: Journal; host: ContainerHost; slots: SlotStore },
  active: Release,
): Promise<DisplacedMount[]> {
  const found = await Promise.all(active.services.map((service) => displacedMountsOf(world, active, service)));
  return found.flat();
}

async function displacedMountsOf(
  world: Parameters<typeof displacedMounts>[0],
  active: Release,
  service: ServiceSpec,
): Promise<DisplacedMount[]> {
  const instance = await findInstance(world, active, service);
  const { rootPath, name: containerName, mounts } = instance ?? {};
  if (!rootPath || !containerName) return [];
  const own = new Set(service.mounts.filter(({ slotKey }) => slotKey).map(({ target }) => target));
  const displaced = await Promise.all(
    (mounts ?? [])
      .filter(({ target }) => own.has(target))
      .map(async ({ hostPath, target }) => {
        // A link is not what it points to, and is an obstacle of its own.
        if ((await world.slots.obstacle(hostPath)) === 'link') return null;
        const [there, used] = await Promise.all(
          [hostPath, posix.join(rootPath, target)].map((path) => world.slots.identify(path)),
        );
        return !there || !used || isSameData(there, used)
          ? null
          : { service: service.name, containerName, source: hostPath };
      }),
  );
  return displaced.filter((mount) => mount !== null);
}

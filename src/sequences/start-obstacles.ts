import type { Obstacle } from '../domain/plan.ts';
import type { ContainerHost } from '../domain/ports/container-host.ts';
import type { Journal } from '../domain/ports/journal.ts';
import type { SlotStore } from '../domain/ports/slot-store.ts';
import type { Release } from '../domain/release.ts';
import type { ServiceSpec } from '../domain/service-spec.ts';
import { unreadableSecrets } from './unreadable-secrets.ts';

type StartWorld = { journal: Journal; host: ContainerHost; slots: SlotStore };

/**
 * What would keep the services of a release from starting, apart from their data and their images: looked
 * at before anything is stopped. `services` are what the containers of `coming` were or will be made from.
 */
export async function startObstacles(
  world: StartWorld,
  leaving: Release,
  coming: Release,
  services: readonly ServiceSpec[],
): Promise<Obstacle[]> {
  const own = new Set(
    [leaving, coming].flatMap(({ id }) => world.journal.instances(id)).map(({ containerId }) => containerId),
  );
  const gone = await missingNetworks(world, services);
  const found = await Promise.all([
    ...services.map((service) => takenName(world, service, own)),
    ...services.flatMap((service) => missingSources(world, service)),
  ]);
  const withoutNetwork = services.flatMap(({ name, settings }) =>
    Object.keys(settings.networks)
      .filter((network) => gone.has(network))
      .map((network) =>
        refused(`The network ${network} of ${name} is gone.`, `Make it again: docker network create ${network}`),
      ),
  );
  return [...services.flatMap(unreadableSecrets), ...withoutNetwork, ...found.filter((obstacle) => obstacle !== null)];
}

async function takenName({ host }: StartWorld, { containerName }: ServiceSpec, own: ReadonlySet<string>) {
  const holder = await host.inspectInstance(containerName);
  if (!holder || own.has(holder.id)) return null;
  const id = holder.id.slice(0, 12);
  return refused(
    `The container name ${containerName} is taken by another container (${id}).`,
    `Give that one another name: docker rename ${id} OTHER-NAME`,
  );
}

// The engine makes an empty directory of a file that is missing.
function missingSources({ slots }: StartWorld, { name, mounts }: ServiceSpec): Promise<Obstacle | null>[] {
  const shared = mounts.filter(({ kind, slotKey }) => kind === 'bind' && slotKey === null);
  return shared.map(async ({ source, target }) =>
    (await slots.identify(source))
      ? null
      : refused(
          `${source} is not there, which ${name} mounts at ${target}.`,
          'Put it back, then type the command again.',
        ),
  );
}

// Each is asked for once: the engine answers with all the containers that are in it.
async function missingNetworks({ host }: StartWorld, services: readonly ServiceSpec[]): Promise<Set<string>> {
  const names = [...new Set(services.flatMap(({ settings }) => Object.keys(settings.networks)))];
  const areThere = await Promise.all(names.map((name) => host.hasNetwork(name)));
  return new Set(names.filter((_, index) => !areThere[index]));
}

const refused = (message: string, hint: string): Obstacle => ({ code: 'refused', message, hint });

import type { ApplianceDraft } from '../domain/appliance-draft.ts';
import type { Obstacle } from '../domain/plan.ts';
import type { ContainerHost } from '../domain/ports/container-host.ts';
import type { SlotStore } from '../domain/ports/slot-store.ts';
import type { ServiceSpec } from '../domain/service-spec.ts';

type InstallWorld = { host: ContainerHost; slots: SlotStore };

/** What would keep an appliance from being installed: what is there already, and what is not there. */
export async function installObstacles(
  world: InstallWorld,
  services: readonly ServiceSpec[],
  { volumes, networks }: Pick<ApplianceDraft, 'volumes' | 'networks'>,
): Promise<Obstacle[]> {
  const { host, slots } = world;
  const found = await Promise.all([
    ...services.map(async ({ containerName }) => {
      const holder = await host.inspectInstance(containerName);
      if (!holder) return null;
      return refused(
        `The container name ${containerName} is taken (${holder.id.slice(0, 12)}).`,
        `To look after that one: adopt ${containerName}. Or give it another name: docker rename ${containerName} OTHER-NAME`,
      );
    }),
    ...volumes.map(async ({ name, external }) => {
      const isThere = (await host.inspectVolume(name)) !== null;
      if (isThere === external) return null;
      return external
        ? refused(`There is no volume ${name}, which is external.`, `Make it first: docker volume create ${name}`)
        : refused(
            `There is a volume ${name} already, and it may hold somebody's data.`,
            'To use it as it is, say so in the manifest: external: true. Or install as another name.',
          );
    }),
    ...networks.map(async ({ name, external }) => {
      const isThere = await host.hasNetwork(name);
      if (isThere === external) return null;
      return external
        ? refused(`There is no network ${name}, which is external.`, `Make it first: docker network create ${name}`)
        : refused(
            `There is a network ${name} already.`,
            'To use it as it is, say so in the manifest: external: true. Or install as another name.',
          );
    }),
    ...services.flatMap(({ name, mounts }) =>
      mounts.map(async ({ kind, source, target }) =>
        kind === 'volume' || (await slots.identify(source))
          ? null
          : refused(`${source} is not there, which ${name} mounts at ${target}.`, `Make it first: mkdir -p ${source}`),
      ),
    ),
  ]);
  return found.filter((obstacle) => obstacle !== null);
}

const refused = (message: string, hint: string): Obstacle => ({ code: 'refused', message, hint });

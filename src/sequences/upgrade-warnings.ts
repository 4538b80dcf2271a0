import type { ReleaseId } from '../domain/ids.ts';
import type { World } from '../domain/ports/world.ts';
import type { Release } from '../domain/release.ts';
import type { ServiceSpec } from '../domain/service-spec.ts';
import { compareVersions } from '../domain/version.ts';
import { dependentWarnings } from './dependents.ts';
import { findInstance, isUp } from './instances.ts';

/** What is worth knowing before an upgrade. `earlier` is the release that comes back in it, where one does. */
export async function upgradeWarnings(
  world: World,
  from: Release,
  to: Release,
  images: readonly { spec: ServiceSpec }[],
  earlier: ReleaseId | undefined,
): Promise<string[]> {
  const warnings: string[] = [];
  const wayBack = earlier === undefined ? 'rollback system' : `rollback system to ${earlier}`;
  if (compareVersions(to.version, from.version) < 0) {
    warnings.push(
      `${to.version} is older than ${from.version} and gets today's data. To go back with its own data: ${wayBack}`,
    );
  }
  for (const service of from.services) {
    const instance = await findInstance(world, from, service);
    if (!isUp(instance)) warnings.push(`${service.name} ${from.version} is not running now.`);
    else if (instance?.health === 'unhealthy') warnings.push(`${service.name} ${from.version} is not healthy now.`);
  }
  warnings.push(...(await neighbourWarnings(world, from, images)));
  return warnings;
}

async function neighbourWarnings(
  { host, journal }: World,
  from: Release,
  images: readonly { spec: ServiceSpec }[],
): Promise<string[]> {
  const sources = new Set(
    images.flatMap(({ spec }) => spec.mounts.filter(({ slotKey }) => slotKey).map(({ source }) => source)),
  );
  const own = new Set(journal.instances(from.id).map(({ containerId }) => containerId));
  const others = await host.listContainers();
  const sharing = others
    .filter(
      ({ id, running, mountSources }) => running && !own.has(id) && mountSources.some((source) => sources.has(source)),
    )
    .map(({ name }) => `The container ${name} uses the same data: it goes on with the data of ${from.version}.`);
  return [...sharing, ...dependentWarnings(others, own)];
}

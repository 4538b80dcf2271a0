import type { ReleaseId } from '../domain/ids.ts';
import type { World } from '../domain/ports/world.ts';
import type { Release } from '../domain/release.ts';
import type { ServiceSpec } from '../domain/service-spec.ts';
import { compareVersions } from '../domain/version.ts';
import { findInstance, isUp } from './instances.ts';
import { neighbourWarnings } from './neighbours.ts';

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
  const services = images.map(({ spec }) => spec);
  warnings.push(...(await neighbourWarnings(world, from, to, services)));
  return warnings;
}

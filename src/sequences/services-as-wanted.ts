import { DEFAULT_POLICY } from '../domain/policy.ts';
import type { World } from '../domain/ports/world.ts';
import type { Release } from '../domain/release.ts';
import type { ServiceSpec } from '../domain/service-spec.ts';
import { currentServices } from './current-services.ts';
import { governed } from './policy-rules.ts';

/** What is set on the containers of a release now, under the rules of the manifest in force. */
export async function servicesAsWanted(world: World, release: Release, signal?: AbortSignal): Promise<ServiceSpec[]> {
  const policy = world.journal.appliance(release.appliance)?.policy ?? DEFAULT_POLICY;
  return (await currentServices(world, release, signal)).map((spec) => governed(spec, policy));
}

import { enginesThatFollow, type Following } from '../domain/followers.ts';
import type { OperationFacts } from '../domain/operation.ts';
import type { ServiceSpec } from '../domain/service-spec.ts';

/** How the engines among these services go over, but for those that are kept as they are; null where there are none. */
export function followingOf(
  services: readonly ServiceSpec[],
  maxUnavailable: number | null,
  kept: readonly string[] = [],
): Following | null {
  const engines = enginesThatFollow(services).flatMap(({ name }) => (kept.includes(name) ? [] : [name]));
  return engines.length > 0 ? { engines, maxUnavailable } : null;
}

export const followingFacts = (following: Following | null): OperationFacts => (following ? { following } : {});

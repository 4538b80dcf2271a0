import { enginesThatFollow, type Following } from '../domain/followers.ts';
import type { OperationFacts } from '../domain/operation.ts';
import { hasOwnData, type ServiceSpec } from '../domain/service-spec.ts';
import { firstNames } from './first-names.ts';

/** How the engines among these services go over, but for those that are kept as they are; null where there are none. */
export function followingOf(
  services: readonly ServiceSpec[],
  maxUnavailable: number | null,
  kept: readonly string[] = [],
): Following | null {
  const engines = enginesThatFollow(services).flatMap(({ name }) => (kept.includes(name) ? [] : [name]));
  return engines.length > 0 ? { engines, maxUnavailable } : null;
}

/** Engines whose data goes along are off from the stop on, when it is cloned for the last time, until it is their turn. */
export function offUntilTheirTurn(services: readonly ServiceSpec[], following: Following | null): string[] {
  if (following === null || following.maxUnavailable === null) return [];
  const names = services.flatMap((service) =>
    following.engines.includes(service.name) && hasOwnData(service) ? [service.name] : [],
  );
  if (names.length === 0) return [];
  const are = names.length === 1 ? 'has data of its own: it is' : 'have data of their own: they are';
  return [
    `${firstNames(names)} ${are} off from the stop on, when it is cloned, and not only in ${names.length === 1 ? 'its' : 'their'} turn.`,
  ];
}

export const followingFacts = (following: Following | null): OperationFacts => (following ? { following } : {});

import type { OperationFacts } from '../domain/operation.ts';
import type { JoinedEngine } from '../domain/plan.ts';
import type { World } from '../domain/ports/world.ts';
import type { Release } from '../domain/release.ts';

/** The service engines of what runs that the release which is gone back to does not have. */
export function joinedSince({ journal }: Pick<World, 'journal'>, active: Release, target: Release): JoinedEngine[] {
  const known = new Set(target.services.map(({ name }) => name));
  const joined = active.services.filter(({ name, role }) => role === 'engine' && !known.has(name));
  const since = journal.appliance(active.appliance)?.createdAt ?? active.createdAt;
  return joined.map(({ name, image, scaled, settings }) => ({
    name,
    version: image.tag,
    joinedAt: scaled ? new Date(scaled.at) : since,
    canBeCutOff: !/^(?:host|container:.*)$/.test(String(settings.hostConfig['NetworkMode'] ?? '')),
  }));
}

export const joinedFacts = (joined: readonly JoinedEngine[]): OperationFacts =>
  joined.length > 0 ? { joinedSince: joined.map(({ name }) => name) } : {};

/** What a rollback says of those that are off, and all the same could connect. */
export const notCutOff = (joined: readonly JoinedEngine[]): string[] =>
  joined.flatMap(({ name, canBeCutOff }) =>
    canBeCutOff
      ? []
      : `${name} joined since, and has no network of its own that it could be taken out of: it is turned off, and connects where somebody starts it by hand.`,
  );

import type { ContainerSummary } from '../domain/ports/container-host.ts';

/**
 * What an operation that replaces containers means for other running ones that hang on them: those that
 * share a network with one, or are linked to one, in words. `replaced` are the ids of those that go off.
 */
export function dependentWarnings(containers: readonly ContainerSummary[], replaced: ReadonlySet<string>): string[] {
  const leaving = containers.filter(({ id }) => replaced.has(id));
  const others = containers.filter(({ id, running }) => running && !replaced.has(id));
  return leaving.flatMap(({ id, name, linkedFrom }) => [
    ...others
      .filter(({ networkOf }) => networkOf !== null && (networkOf === name || networkOf === id))
      .map(
        (other) =>
          `The container ${other.name} shares the network of ${name} (--network container:${name}): it is cut off, and has to be made again afterwards.`,
      ),
    ...others
      .filter((other) => linkedFrom.includes(other.name))
      .map(
        (other) =>
          `The container ${other.name} is linked to ${name} (--link): it keeps the old address, and has to be made again afterwards.`,
      ),
  ]);
}

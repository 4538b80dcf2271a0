import type { World } from '../domain/ports/world.ts';
import type { Release } from '../domain/release.ts';
import type { ServiceSpec } from '../domain/service-spec.ts';
import { dependentWarnings } from './dependents.ts';
import { isMountPoint } from './mount-points.ts';

/** What an upgrade means for other running containers: those with the same data, and those that hang on what is replaced. */
export async function neighbourWarnings(
  { host, journal, slots }: World,
  from: Release,
  to: Release,
  services: readonly ServiceSpec[],
): Promise<string[]> {
  const mounts = services.flatMap((spec) => spec.mounts.filter(({ slotKey }) => slotKey));
  const sources = new Set(mounts.map(({ source }) => source));
  const own = new Set(journal.instances(from.id).map(({ containerId }) => containerId));
  const others = await host.listContainers();
  const warnings: string[] = [];
  for (const { id, name, running, mountSources } of others) {
    const shared = mountSources.filter((source) => sources.has(source));
    if (!running || own.has(id) || shared.length === 0) continue;
    const binds = mounts.filter(({ kind, source }) => kind === 'bind' && shared.includes(source));
    // In a mount point nothing is renamed under its feet: what comes into it is seen by everybody who has mounted it.
    const inMountPoint = await Promise.all(
      binds.map(({ source }) => isMountPoint(slots, { kind: 'bind', path: source })),
    );
    const whose = inMountPoint.some(Boolean)
      ? `gets the data of ${to.version}`
      : `goes on with the data of ${from.version}`;
    warnings.push(`The container ${name} uses the same data: it ${whose}.`);
  }
  return [...warnings, ...dependentWarnings(others, own)];
}

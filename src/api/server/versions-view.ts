import { toBelayError } from '../../domain/errors.ts';
import type { Appliance } from '../../domain/ports/journal.ts';
import type { ReleaseName } from '../../domain/ports/release-history.ts';
import { controllerOf } from '../../domain/release.ts';
import { compareVersions } from '../../domain/version.ts';
import { belowFloor } from '../../sequences/policy-rules.ts';
import { quarantined, quarantineReason } from '../../sequences/quarantine.ts';
import type { VersionsView } from '../contract/release-views.ts';
import type { Service } from './service.ts';

const MOST_RELEASES = 10_000;

type Takes = VersionsView['versions'][number]['takes'];

const updatedOf = (releases: readonly ReleaseName[] = []): string | null =>
  releases.find(({ status }) => status !== 'failed' && status !== 'imported')?.createdAt.toISOString() ?? null;

/** The registry's tags and this host's, newest version first. Without a registry the list is what is here. */
export async function viewVersions(service: Service, appliance: Appliance): Promise<VersionsView> {
  const { journal, host } = service.world;
  const active = service.active(appliance);
  const { repository } = controllerOf(active).image;
  let registryProblem: string | null = null;
  const [inRegistry, local] = await Promise.all([
    service.registry.tags(repository).catch((error) => {
      registryProblem = toBelayError(error).message;
      return [];
    }),
    host.localTags(repository),
  ]);
  const here = new Set(local.map(({ tag }) => tag));
  const releases = journal.history.names(appliance.name, MOST_RELEASES);
  const mirrored = new Set(journal.images.all(repository).flatMap(({ tag, mirror }) => (mirror ? [tag] : [])));
  const names = new Set([...inRegistry, ...mirrored, ...here, ...releases.map(({ version }) => version)]);
  const offered = new Set(inRegistry);
  const kept = new Map(quarantined(journal, appliance.name).map((each) => [each.version, quarantineReason(each)]));
  const ways = new Map(journal.history.waysBack(appliance.name).map(({ version, data }) => [version, data]));
  const takesOf = (version: string): Takes => {
    if (version === active.version) return null;
    if (belowFloor(appliance.policy, version).length > 0) return 'below-floor';
    if (kept.has(version)) return 'quarantined';
    const way = ways.get(version);
    if (way) return way === 'archive' ? 'archive' : 'instant';
    return here.has(version) ? 'here' : 'pull';
  };
  const releasesOf = Map.groupBy(releases, ({ version }) => version);
  return {
    repository,
    versions: [...names]
      .sort((a, b) => compareVersions(b, a))
      .map((version) => ({
        version,
        inRegistry: offered.has(version),
        inMirror: mirrored.has(version),
        here: here.has(version),
        active: version === active.version,
        updated: updatedOf(releasesOf.get(version)),
        takes: takesOf(version),
        quarantined: kept.get(version) ?? null,
        releases: (releasesOf.get(version) ?? []).map(({ id }) => id),
      })),
    registryProblem,
  };
}

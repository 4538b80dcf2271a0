import { toBelayError } from '../../domain/errors.ts';
import type { Appliance } from '../../domain/ports/journal.ts';
import { controllerOf } from '../../domain/release.ts';
import { compareVersions } from '../../domain/version.ts';
import { quarantined, quarantineReason } from '../../sequences/quarantine.ts';
import type { VersionsView } from '../contract/views.ts';
import type { Service } from './service.ts';

const MOST_RELEASES = 10_000;

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
        quarantined: kept.get(version) ?? null,
        releases: releases.filter((release) => release.version === version).map(({ id }) => id),
      })),
    registryProblem,
  };
}

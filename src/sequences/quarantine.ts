import type { ReleaseId } from '../domain/ids.ts';
import { abortOf } from '../domain/intervention.ts';
import type { Obstacle } from '../domain/plan.ts';
import type { Journal } from '../domain/ports/journal.ts';
import type { Release } from '../domain/release.ts';
import type { PinnedImage } from '../domain/service-spec.ts';

/** An image that did not prove itself, and has not done so since. */
export interface Quarantined {
  /** Its digest and its id. */
  image: string[];
  /** Of the release that failed. */
  version: string;
  release: ReleaseId;
  /** One sentence. */
  reason: string;
  at: Date;
}

/** By which an image is known again: its digest, which a mirror may change, and its id, which is not known before a pull. */
export const namesOf = ({ digest, imageId }: PinnedImage): string[] => [digest, imageId].flatMap((name) => name ?? []);

const isOf = (image: readonly string[], { services }: Release): boolean =>
  services.some((service) => namesOf(service.image).some((name) => image.includes(name)));

/** The images that are not offered again, the latest failure first. One that has taken over since is out again. */
export function quarantined(journal: Journal, appliance: string): Quarantined[] {
  const releases = journal.releases(appliance);
  const found: Quarantined[] = [];
  for (const { kind, to, startedAt, facts } of journal.disproving(appliance)) {
    const release = journal.release(to);
    const { disproved } = facts;
    // A rollback is never taken back, so that it refuses nothing; what was aborted had not been given its time.
    if (kind !== 'upgrade' || !release || !disproved || abortOf(facts)) continue;
    if (found.some(({ image }) => image.some((name) => disproved.image.includes(name)))) continue;
    if (releases.some((later) => later.createdAt > startedAt && hasProved(later) && isOf(disproved.image, later)))
      continue;
    found.push({ ...disproved, version: release.version, release: release.id, at: startedAt });
  }
  return found;
}

const hasProved = ({ status }: Release): boolean => status !== 'failed' && status !== 'candidate';

/** What stands in the way of a release with these images. `command` is what was typed. */
export function quarantineObstacles(journal: Journal, release: Release, command: string): Obstacle[] {
  const { appliance } = release;
  return quarantined(journal, appliance)
    .filter(({ image }) => isOf(image, release))
    .map((found) => ({
      code: 'refused',
      message: quarantineReason(found),
      hint: `To try it all the same: ${command} force`,
    }));
}

/** Why it is not offered, in one sentence. */
export const quarantineReason = ({ version, at, reason }: Quarantined): string =>
  `${version} is quarantined: on ${at.toISOString().slice(0, 10)} it did not prove itself, because ${reason}`;

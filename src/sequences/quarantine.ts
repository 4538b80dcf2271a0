import type { ReleaseId } from '../domain/ids.ts';
import { abortOf } from '../domain/intervention.ts';
import type { Obstacle } from '../domain/plan.ts';
import type { Journal } from '../domain/ports/journal.ts';
import type { Release } from '../domain/release.ts';
import type { PinnedImage } from '../domain/service-spec.ts';

/** An image that did not prove itself, and has not done so since. */
export interface Quarantined {
  digest: string;
  /** Of the release that failed. */
  version: string;
  release: ReleaseId;
  /** One sentence. */
  reason: string;
  at: Date;
}

const digestOf = ({ digest, imageId }: PinnedImage): string | null => digest ?? imageId;

/** The images that are not offered again, the latest failure first. One that has taken over since is out again. */
export function quarantined(journal: Journal, appliance: string): Quarantined[] {
  const releases = journal.releases(appliance);
  const found = new Map<string, Quarantined>();
  for (const { kind, to, startedAt, facts } of journal.disproving(appliance)) {
    const release = journal.release(to);
    const { disproved } = facts;
    // A rollback is never taken back, so that it refuses nothing; what was aborted had not been given its time.
    if (kind !== 'upgrade' || !release || !disproved || abortOf(facts) || found.has(disproved.digest)) continue;
    if (releases.some((later) => later.createdAt > startedAt && hasProved(later, disproved.digest))) continue;
    const { version, id } = release;
    found.set(disproved.digest, { ...disproved, version, release: id, at: startedAt });
  }
  return [...found.values()];
}

const hasProved = ({ status, services }: Release, digest: string): boolean =>
  status !== 'failed' && status !== 'candidate' && services.some(({ image }) => digestOf(image) === digest);

/** What stands in the way of an upgrade to a release with these images. */
export function quarantineObstacles(journal: Journal, { appliance, version, services }: Release): Obstacle[] {
  return quarantined(journal, appliance)
    .filter(({ digest }) => services.some(({ image }) => digestOf(image) === digest))
    .map((found) => ({
      code: 'refused',
      message: quarantineReason(found),
      hint: `To try it all the same: upgrade system ${version} force`,
    }));
}

/** Why it is not offered, in one sentence. */
export const quarantineReason = ({ version, at, reason }: Quarantined): string =>
  `${version} is quarantined: on ${at.toISOString().slice(0, 10)} it did not prove itself, because ${reason}`;

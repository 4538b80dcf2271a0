import { BelayError } from '../domain/errors.ts';
import type { World } from '../domain/ports/world.ts';
import type { Release } from '../domain/release.ts';
import { mustSlot } from './slot-pairs.ts';

/**
 * Refuses with `data-missing` where the data of a release is not in its place: a container that is made
 * or started then would get an empty volume, or another's data.
 */
export async function mustHaveItsData({ journal, host, slots }: World, release: Release): Promise<void> {
  const slot = mustSlot(journal, release.slot);
  if (slot.archive) {
    throw new BelayError('data-missing', `The data of ${release.version} is an archive.`, {
      hint: `To bring it up: rollback system to ${release.id}`,
    });
  }
  for (const mount of slot.mounts) {
    const isVolumeGone = mount.volume !== null && (await host.inspectVolume(mount.volume)) === null;
    if (!isVolumeGone && (await slots.whereabouts(mount)) === 'in-place') continue;
    const place = mount.volume ? `in the volume ${mount.volume}` : `at ${mount.path}`;
    throw new BelayError('data-missing', `The data of ${release.version} is not ${place} any more.`, {
      hint: 'Put it back where it was, or go back to a release that has its data: rollback system',
    });
  }
}

import type { Release } from '../domain/release.ts';
import { isUp } from '../sequences/instances.ts';
import type { Drift } from './drift.ts';
import type { Observation, SeenMount, SeenRelease } from './observation.ts';

const named = ({ version, id }: Release) => `${version} (${id})`;
const placeOf = ({ mount }: SeenMount) => (mount.volume ? `the volume ${mount.volume}` : mount.path);

/** Where the live data is gone, or is another's, and what runs nonetheless. */
export function activeDataDrift({ active, frozen, displaced }: Observation): Drift[] {
  const wayBack = frozen.some((seen) => seen.release.slot !== active.release.slot && isComplete(seen))
    ? 'Put it back where it was, or go back to a release that has its data: rollback system'
    : 'Put it back where it was, then: repair system';
  const running = active.services.filter(({ instance }) => isUp(instance)).map(({ spec }) => spec.name);
  const consequence =
    running.length > 0
      ? `${running.join(', ')} ${running.length > 1 ? 'run' : 'runs'} on something else.`
      : 'Belay does not start it on anything else.';
  const drifts = active.mounts.flatMap((seen): Drift[] => {
    const found = lossOf(seen, active.release);
    return found
      ? [
          {
            ...found,
            level: 'alarm',
            subject: seen.mount.key,
            message: `${found.message} ${consequence}`,
            hint: wayBack,
          },
        ]
      : [];
  });
  return [
    ...drifts,
    ...displaced.map(
      ({ service, containerName, source }): Drift => ({
        code: 'data-displaced',
        level: 'alarm',
        subject: source,
        message: `${service} does not write to what is at ${source}: it goes on with what was there when it started.`,
        hint: `Put that back, or let it use what is there now: docker restart ${containerName}`,
      }),
    ),
  ];
}

function lossOf(seen: SeenMount, release: Release): Pick<Drift, 'code' | 'message'> | null {
  const place = placeOf(seen);
  switch (seen.state) {
    case 'volume-gone':
    case 'missing':
      return {
        code: 'data-gone',
        message: `The data of ${named(release)} is gone: there is nothing any more at ${place}.`,
      };
    case 'foreign':
      return {
        code: 'data-replaced',
        message: `The data of ${named(release)} is gone: what is at ${place} is not what was there.`,
      };
    case 'parked':
      return {
        code: 'data-replaced',
        message: `The data of ${named(release)} is not at ${place}: it was set aside as ${seen.mount.parkedPath}.`,
      };
    default:
      return null;
  }
}

/** Whether all the data of a frozen release is where the journal says. */
const isComplete = ({ mounts }: SeenRelease): boolean =>
  mounts.every(({ state }) => state === 'in-place' || state === 'parked' || state === 'unknown');

/** Where the data of a release that could be gone back to is gone. */
export function frozenDataDrift(active: SeenRelease, { release, mounts }: SeenRelease): Drift[] {
  // What both have is told of the active one.
  if (release.slot === active.release.slot) return [];
  return mounts
    .filter(({ state }) => state === 'missing' || state === 'foreign' || state === 'volume-gone')
    .map((seen) => ({
      code: 'frozen-data-gone',
      level: 'warning',
      subject: `${release.id} ${seen.mount.key}`,
      message: `The data of ${named(release)} at ${placeOf(seen)} has been removed or replaced: there is no going back to it as it is.`,
      hint: 'See what else there is: show releases',
    }));
}

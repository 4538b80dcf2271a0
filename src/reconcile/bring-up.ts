import { toBelayError } from '../domain/errors.ts';
import type { World } from '../domain/ports/world.ts';
import type { Release } from '../domain/release.ts';
import { NO_RESTART, restartPolicyOf } from '../domain/service-spec.ts';
import { isUp } from '../sequences/instances.ts';
import { startAgain } from '../sequences/start-again.ts';
import { strangersServing } from '../sequences/strangers.ts';
import { type Absence, reasonToStart, wasRevived } from './absence.ts';
import { usesLiveData } from './drift-of-frozen.ts';
import type { Observation, SeenRelease } from './observation.ts';
import { observe } from './observe.ts';

export interface BringUp {
  /** What has been done, one sentence each. */
  deeds: string[];
  /** What could not be done, and may be possible later. */
  failures: string[];
}

/**
 * After the engine was away: turns off what came up and is not the active release, then starts what of
 * the active release went down with the engine. Only on the release's own data, and never beside another
 * release that runs on it. Safe to repeat.
 */
export async function bringUp(world: World, active: Release, absence: Absence, signal?: AbortSignal): Promise<BringUp> {
  // After a copy of the journal was restored, what runs may be a later release: only somebody can say which is right.
  if ((await strangersServing(world, active.appliance, signal)).length > 0) return { deeds: [], failures: [] };
  const observation = await observe(world, active, signal);
  const [last = null] = world.journal.operations(active.appliance, 1);
  const toStart = observation.active.services.flatMap(({ spec, instance }) => {
    const reason = instance && reasonToStart(instance, restartPolicyOf(spec), absence, stillOf(active, last));
    return reason ? [{ spec, instance, reason }] : [];
  });
  const result: BringUp = { deeds: [], failures: [] };
  const serves = toStart.length > 0 || observation.active.services.some(({ instance }) => isUp(instance));
  // Where the active release is to stay down, what runs instead may be all that serves.
  if (serves) await turnOffRevived(world, observation, absence, result, signal);
  if (!isDataInPlace(observation.active)) return result;
  const rival = (await observe(world, active, signal)).frozen.some((frozen) => usesDataOf(observation.active, frozen));
  if (rival) return result;
  for (const { spec, instance, reason } of toStart) {
    await attempt(result, async () => {
      const startable = { release: active, service: spec, instance, restartPolicy: restartPolicyOf(spec) };
      const keptAs = await startAgain(world, startable, signal);
      const anew = keptAs
        ? `; the engine could not start its container again, so it was made anew, and the old one is kept as ${keptAs}`
        : '';
      return `Belay has started ${spec.name} of ${active.version}: ${reason}${anew}.`;
    });
  }
  return result;
}

/** Only an operation that left this release as the active one can have stopped it for nothing. */
const stillOf = <Last extends { from: string } | null>(active: Release, last: Last): Last | null =>
  last && last.from === active.id ? last : null;

async function turnOffRevived(
  { host }: World,
  { frozen }: Observation,
  absence: Absence,
  result: BringUp,
  signal?: AbortSignal,
): Promise<void> {
  for (const { release, services } of frozen) {
    for (const { instance } of services) {
      if (!instance || !wasRevived(absence, instance)) continue;
      const words = `Belay has turned off ${instance.name} of ${release.version}, which came up with the engine.`;
      await attempt(result, async () => {
        await host.setRestartPolicy(instance.id, NO_RESTART, signal);
        await host.stopInstance(instance.id, signal);
        return words;
      });
    }
  }
}

// A missing volume would be made anew, empty, by the start.
const isDataInPlace = ({ mounts }: SeenRelease): boolean =>
  mounts.every(({ state }) => state === 'in-place' || state === 'unknown');

const usesDataOf = (active: SeenRelease, { release, services }: SeenRelease): boolean =>
  services.some(({ spec, instance }) => isUp(instance) && instance && usesLiveData(active, release, spec, instance));

/** `act` returns what it has done, in a sentence. */
export async function attempt(result: BringUp, act: () => Promise<string>): Promise<void> {
  try {
    result.deeds.push(await act());
  } catch (thrown) {
    result.failures.push(toBelayError(thrown).message);
  }
}

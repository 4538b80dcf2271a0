import { BelayError } from '../domain/errors.ts';
import type { ReleaseId } from '../domain/ids.ts';
import type { Obstacle, ReleaseDeletion } from '../domain/plan.ts';
import type { InstanceRecord, Journal } from '../domain/ports/journal.ts';
import type { World } from '../domain/ports/world.ts';
import type { Release } from '../domain/release.ts';
import type { Slot } from '../domain/slot.ts';
import { isUp } from './instances.ts';
import { nextWayBack } from './retention.ts';
import { isSameRelease } from './rollback-target.ts';
import { mustSlot } from './slot-pairs.ts';

/**
 * What it means to remove the containers of a release that was left. Its record and its data stay: a rollback to it
 * makes them again from the release. Changes nothing. `not-found` and `refused` where there is nothing to remove.
 */
export async function planReleaseDeletion(world: World, active: Release, id: ReleaseId): Promise<ReleaseDeletion> {
  const { journal, host } = world;
  const release = leftRelease(journal, active, id.toUpperCase());
  const records = ownContainers(journal, active, release);
  const slot = mustSlot(journal, release.slot);
  const containers = await Promise.all(
    records.map(async ({ service, containerId }) => {
      const instance = await host.inspectInstance(containerId);
      return { service, containerId, name: instance?.name ?? null, isUp: isUp(instance) };
    }),
  );
  const images = await Promise.all(
    release.services.map(async ({ image }) => ({
      reference: image.reference,
      here: (await host.inspectImage(image.imageId ?? image.reference)) !== null,
      hasDigest: image.digest !== null,
    })),
  );
  const copies = sharing(journal, release, records);
  const next = nextWayBack(journal, active);
  const isWayBack = next !== null && isSameRelease(journal, next, release);
  return {
    appliance: active.appliance,
    release: release.id,
    version: release.version,
    containers: containers.map(({ service, name, containerId }) => ({ service, name, containerId })),
    copies: copies.map((other) => other.id),
    // What shares its data with what runs leaves none behind.
    data:
      slot.mounts.length === 0 || slot.state === 'live'
        ? null
        : { snapshot: slot.id, volumes: slot.mounts.flatMap((m) => m.volume ?? []) },
    images,
    isWayBack,
    warnings: [...elsewhere(journal, active, release, records), ...(await warningsOf(world, slot, records, images))],
    obstacles: [
      ...unconfirmedOn(journal, active, records),
      ...containers.filter((each) => each.isUp).map(({ name }) => running(release, name as string)),
    ],
  };
}

/**
 * Removes the containers of a release that was left, then forgets them, also for its copies. Cut off anywhere, it
 * may be done again. Returns what has been removed, by name.
 */
export async function deleteRelease(world: World, active: Release, id: ReleaseId): Promise<ReleaseDeletion> {
  const { journal, host } = world;
  // It may have been started, or gone back to, since it was asked for.
  const deletion = await planReleaseDeletion(world, active, id);
  const [obstacle] = deletion.obstacles;
  if (obstacle) throw new BelayError(obstacle.code, obstacle.message, obstacle.hint ? { hint: obstacle.hint } : {});
  for (const { containerId } of deletion.containers) await host.removeInstance(containerId);
  // A power cut would bring back what the engine has removed, and nobody would know whose it is.
  await host.flush();
  journal.forgetOrphans(deletion.containers.map(({ containerId }) => containerId));
  // What runs now is kept in mind: going back to this release then leaves it running.
  const live = liveContainers(journal, active);
  for (const owner of [deletion.release, ...deletion.copies]) {
    for (const record of journal.instances(owner)) if (!live.has(record.containerId)) journal.forgetInstance(record);
  }
  return deletion;
}

function leftRelease(journal: Journal, active: Release, id: ReleaseId): Release {
  const release = journal.release(id);
  if (!release || release.appliance !== active.appliance || release.status === 'candidate') {
    throw new BelayError('not-found', `${active.appliance} has no release ${id}.`, {
      hint: 'See what there is: show releases',
    });
  }
  if (isSameRelease(journal, release, active)) {
    const words = release.id === active.id ? `${id} is what runs now.` : `${id} is what runs now, as ${active.id}.`;
    throw new BelayError('refused', words, { hint: 'Choose one that was left: show releases' });
  }
  if (release.status === 'failed') {
    throw new BelayError('refused', `${id} (${release.version}) never took over: nothing of it is kept.`, {
      hint: 'See what there is: show releases',
    });
  }
  const live = liveContainers(journal, active);
  const records = journal.instances(id);
  if (records.every(({ containerId }) => live.has(containerId))) {
    const which = records.length > 0 ? 'but those that run now' : 'any more';
    throw new BelayError('refused', `${id} (${release.version}) has no containers ${which}.`, {
      hint: `To go back to it, they are made again: rollback system to ${id}. Its data: show snapshots`,
    });
  }
  return release;
}

const liveContainers = (journal: Journal, active: Release): Set<string> =>
  new Set(journal.instances(active.id).map(({ containerId }) => containerId));

/** What nobody else has: neither what runs, nor another release that was left, unless that is a copy of this one. */
function ownContainers(journal: Journal, active: Release, release: Release): InstanceRecord[] {
  const others = journal
    .releases(release.appliance)
    .filter((other) => other.id === active.id || !isSameRelease(journal, other, release));
  const theirs = new Set(others.flatMap(({ id }) => journal.instances(id).map(({ containerId }) => containerId)));
  return journal.instances(release.id).filter(({ containerId }) => !theirs.has(containerId));
}

/** A rollback to a release makes a copy of it, which has the same containers. */
function sharing(journal: Journal, release: Release, records: readonly InstanceRecord[]): Release[] {
  const ids = new Set(records.map(({ containerId }) => containerId));
  return journal
    .releases(release.appliance)
    .filter(({ id }) => id !== release.id && journal.instances(id).some(({ containerId }) => ids.has(containerId)));
}

function unconfirmedOn(journal: Journal, active: Release, records: readonly InstanceRecord[]): Obstacle[] {
  const pending = journal.confirmations.pendingOf(active.appliance);
  const backTo = pending && journal.operation(pending.operation)?.from;
  const ids = backTo ? journal.instances(backTo).map(({ containerId }) => containerId) : [];
  if (!records.some(({ containerId }) => ids.includes(containerId))) return [];
  const message = `${active.version} is not confirmed yet, and goes back to these containers by itself.`;
  return [{ code: 'refused', message, hint: 'To keep what runs: confirm system. Then type the command again.' }];
}

const running = (release: Release, name: string): Obstacle => ({
  code: 'refused',
  message: `The container ${name} of ${release.version} (${release.id}) is running.`,
  hint: `Turn it off first: docker stop ${name}`,
});

/** Another release that was left has them as well: they go with the last one. */
function elsewhere(journal: Journal, active: Release, release: Release, own: readonly InstanceRecord[]): string[] {
  const live = liveContainers(journal, active);
  const services = journal
    .instances(release.id)
    .filter(({ containerId }) => !live.has(containerId) && !own.some((each) => each.containerId === containerId))
    .map(({ service }) => service);
  return services.length > 0
    ? [`Another release has the containers of ${services.join(', ')} as well: they stay.`]
    : [];
}

async function warningsOf(
  { host }: World,
  slot: Slot,
  records: readonly InstanceRecord[],
  images: ReleaseDeletion['images'],
): Promise<string[]> {
  const own = new Set(records.map(({ containerId }) => containerId));
  const others = (await host.listContainers()).filter(({ id }) => !own.has(id));
  const held = new Set(others.flatMap(({ mountSources }) => mountSources));
  const loose = slot.mounts.flatMap(({ volume }) => (volume !== null && !held.has(volume) ? [volume] : []));
  return [
    ...images
      .filter(({ hasDigest }) => !hasDigest)
      .map(({ reference }) => `${reference} is in no registry: without the image on this host there is no way back.`),
    ...(loose.length > 0
      ? [`No container holds its data any more (${loose.join(', ')}): docker volume prune may delete it.`]
      : []),
    ...(slot.mounts.length === 0 ? ['It has no data in mounts: whatever it has written is lost with it.'] : []),
  ];
}

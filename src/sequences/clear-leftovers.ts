import { BelayError } from '../domain/errors.ts';
import type { World } from '../domain/ports/world.ts';
import type { Slot, SlotMount } from '../domain/slot.ts';

/**
 * Who else has the data of a slot: containers that are not its releases' own, by name. Empty where it may go. A
 * container that does not run counts as well: it would be started on nothing.
 */
export async function othersOn({ journal, host, slots }: World, slot: Slot): Promise<string[]> {
  const own = new Set(containersOf(journal, slot).map(({ containerId }) => containerId));
  const located = slot.mounts.map((mount) => slots.locate(mount).catch(() => mount.parkedPath));
  const places = await Promise.all(located);
  const sources = new Set(slot.mounts.flatMap(({ volume }, index) => volume ?? places[index] ?? []));
  const containers = await host.listContainers();
  return containers
    .filter(({ id, mountSources }) => !own.has(id) && mountSources.some((source) => sources.has(source)))
    .map(({ name }) => name);
}

const containersOf = (journal: World['journal'], slot: Slot) =>
  journal.history.onSlot(slot.id).flatMap(({ id }) => journal.instances(id));

/**
 * Removes what an archived or discarded slot had: the containers of its releases, which are made again from the
 * release when it is gone back to, and its data, where it still is its data. Safe to repeat. Throws where the engine
 * will not; what is left stays written down.
 */
export async function clearLeftovers(world: World, slot: Slot): Promise<void> {
  const { journal, host, archives } = world;
  if (!slot.leftovers || slot.state === 'live' || slot.state === 'frozen' || slot.state === 'preparing') {
    throw new BelayError('internal', `The slot ${slot.id} is ${slot.state}: nothing of it is left over.`);
  }
  const containers = containersOf(journal, slot);
  // The containers of a rolled-back release run on, where its copy has taken them over.
  const taken = new Set(
    journal
      .releases(slot.appliance)
      .filter((release) => release.slot !== slot.id)
      .flatMap(({ id }) => journal.instances(id).map(({ containerId }) => containerId)),
  );
  for (const record of containers) {
    if (!taken.has(record.containerId)) await host.removeInstance(record.containerId);
    journal.forgetInstance(record);
  }
  for (const mount of slot.mounts) await clearMount(world, mount);
  if (slot.state === 'discarded' && slot.archive) await archives.remove(slot.archive);
  journal.snapshots.cleared(slot.id);
}

async function clearMount({ host, slots }: World, mount: SlotMount): Promise<void> {
  // Something else of that name has come since: it is not ours to remove.
  if (mount.identity === null || !['in-place', 'parked'].includes(await slots.whereabouts(mount))) return;
  if (mount.volume) return host.removeVolume(mount.volume);
  if ((await slots.whereabouts(mount)) === 'in-place') {
    throw new BelayError('refused', `The data at ${mount.path} is in place, so it is not removed.`);
  }
  await slots.vacate(mount);
  await slots.discard(mount.parkedPath ?? mount.path);
}

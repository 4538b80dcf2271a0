import { posix } from 'node:path';
import type { DataTarget } from '../domain/data-target.ts';
import type { SlotId } from '../domain/ids.ts';
import { sharedDirectory } from '../domain/mount-sharing.ts';
import type { Obstacle } from '../domain/plan.ts';
import type { World } from '../domain/ports/world.ts';
import type { Release } from '../domain/release.ts';
import type { Slot } from '../domain/slot.ts';

/**
 * What keeps data from being moved to a place: it is taken, somebody else's, or not what it seems. `coming` is the
 * slot that is to have it.
 */
export async function targetObstacles(
  world: World,
  active: Release,
  coming: SlotId,
  target: DataTarget,
): Promise<Obstacle[]> {
  if (target.kind === 'volume') return [await ofVolume(world, target.name)].filter((obstacle) => obstacle !== null);
  const { path } = target;
  const found =
    (await hostOwn(world, path)) ?? (await ofPath(world, path)) ?? (await otherOwner(world, active, coming, path));
  return found ? [found] : [];
}

const refused = (message: string, hint: string): Obstacle => ({ code: 'refused', message, hint });

async function ofVolume({ host, journal }: World, name: string): Promise<Obstacle | null> {
  if (!(await host.inspectVolume(name))) return null;
  const owner = journal
    .appliances()
    .find((appliance) =>
      journal.slots(appliance.name).some(({ mounts, state }) => isKept(state) && mounts.some((m) => m.volume === name)),
    );
  const whose = owner ? `: it belongs to the appliance ${owner.name}` : '';
  return refused(`There is a volume ${name} already${whose}.`, 'Choose a name that no volume has: docker volume ls');
}

async function ofPath({ slots }: World, path: string): Promise<Obstacle | null> {
  const above = posix.dirname(path);
  const { realPath, there } = await slots.site(path);
  if (realPath === null) return refused(`There is no directory ${above}.`, `Make it first: mkdir -p ${above}`);
  if (realPath !== path) {
    return refused(`There is a symbolic link on the way to ${path}.`, `Name it as it really is: ${realPath}`);
  }
  if (there === 'something' || there === 'file') {
    return refused(`There is something at ${path} already.`, 'Choose a directory that is empty, or not there yet.');
  }
  if (there === 'mount-point') {
    return refused(
      `There is something in the file system that is mounted at ${path} already.`,
      `Choose one that is empty, or a directory inside of it: ${posix.join(path, 'data')}`,
    );
  }
  return null;
}

/** Data of any appliance, also what waits to be gone back to, and what other containers mount. */
async function otherOwner(
  { journal, host }: World,
  active: Release,
  coming: SlotId,
  path: string,
): Promise<Obstacle | null> {
  for (const { name } of journal.appliances()) {
    for (const slot of journal.slots(name)) {
      if (slot.id === coming || !isKept(slot.state)) continue;
      const near = slot.mounts.flatMap((mount) => [mount.path, ...(mount.parkedPath ? [mount.parkedPath] : [])]);
      const met = near.find((other) => meets(other, path));
      // What a frozen slot once had may be had again, while it is set aside.
      if (!met || (name === active.appliance && met === path && slot.state === 'frozen')) continue;
      return name === active.appliance && met === path && slot.state === 'live'
        ? refused(`The data of ${name} is at ${path} already.`, `See it: show release ${active.id}`)
        : refused(`${path} meets the data of ${name} at ${met}.`, 'Choose another directory.');
    }
  }
  const own = new Set(
    journal.releases(active.appliance).flatMap(({ id }) => journal.instances(id).map((each) => each.containerId)),
  );
  for (const { id, name, labels, mountSources } of await host.listContainers()) {
    if (own.has(id) || labels['io.belay.appliance'] === active.appliance) continue;
    const met = mountSources.find((source) => isInside(source, path));
    if (met) return refused(`The container ${name} mounts ${met}.`, 'Choose another directory.');
  }
  return null;
}

async function hostOwn({ host, journal }: World, path: string): Promise<Obstacle | null> {
  const { rootDir, dataReachable } = await host.describe();
  if (!dataReachable) {
    return refused('The data of the engine is not on this machine.', 'Run Belay where the engine runs.');
  }
  const why = sharedDirectory(path, rootDir);
  if (why)
    return refused(`${path} is ${why}: data there would not be cloned.`, 'Choose another one, such as /srv/acme.');
  if (isInside(path, rootDir)) return refused(`${path} is the engine's own.`, 'Choose another one, such as /srv/acme.');
  const { directory } = journal.footprint;
  return meets(path, directory) ? refused(`${path} is where Belay keeps its own.`, 'Choose another one.') : null;
}

const isKept = (state: Slot['state']): boolean => state === 'live' || state === 'frozen' || state === 'preparing';
const isInside = (path: string, around: string): boolean => path === around || path.startsWith(`${around}/`);
const meets = (a: string, b: string): boolean => a !== '' && (isInside(a, b) || isInside(b, a));

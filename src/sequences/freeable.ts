import type { ContainerHost } from '../domain/ports/container-host.ts';
import type { Journal } from '../domain/ports/journal.ts';
import type { SlotStore } from '../domain/ports/slot-store.ts';

const MOST_NAMED = 4;

type Sources = { journal: Journal; slots: SlotStore; host: ContainerHost };

export const mebibytes = (bytes: number): string => `${Math.ceil(bytes / 1024 / 1024)} MiB`;

/**
 * What could be given up to make room on a file system, each with its size and the command: the data of earlier
 * releases, the oldest first. Of any appliance: they share the disk. Null where there is none.
 */
export async function freeableData({ journal, slots }: Sources, device: string): Promise<string | null> {
  const found: string[] = [];
  for (const { name } of journal.appliances()) {
    for (const slot of journal.slots(name)) {
      if (slot.state !== 'frozen' || found.length === MOST_NAMED) continue;
      let sizeBytes = 0;
      for (const mount of slot.mounts) {
        const path = await slots.locate(mount).catch(() => null);
        if (path && (await slots.space(path)).device === device) sizeBytes += (await slots.measure(path)).sizeBytes;
      }
      const version = journal.history.onSlot(slot.id)[0]?.version ?? 'an earlier release';
      if (sizeBytes > 0)
        found.push(`delete snapshot ${slot.id} frees ${mebibytes(sizeBytes)} (the data of ${version})`);
    }
  }
  return found.length > 0 ? found.join('; ') : null;
}

/** Images of these repositories that no release needs, each with its size and the command. Null where there is none. */
export async function freeableImages(
  { journal, host }: Sources,
  repositories: Iterable<string>,
): Promise<string | null> {
  const releases = journal.appliances().flatMap(({ name }) => journal.releases(name));
  const needed = new Set(releases.flatMap(({ services }) => services.map(({ image }) => image.imageId)));
  const found: string[] = [];
  for (const repository of new Set(repositories)) {
    for (const { tag, imageId } of await host.localTags(repository)) {
      if (needed.has(imageId) || found.length === MOST_NAMED) continue;
      const size = (await host.inspectImage(imageId))?.sizeBytes ?? 0;
      found.push(`docker rmi ${repository}:${tag} frees up to ${mebibytes(size)}`);
    }
  }
  return found.length > 0 ? found.join('; ') : null;
}

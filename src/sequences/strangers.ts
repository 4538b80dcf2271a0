import type { Stranger } from '../domain/journal-report.ts';
import type { ContainerHost } from '../domain/ports/container-host.ts';
import type { Journal } from '../domain/ports/journal.ts';
import { LABELS } from './instances.ts';

/**
 * Containers that Belay made for releases that this journal does not know: there are some after a copy of
 * the journal was restored that was made before them. While one of them runs, nobody but the administrator
 * can say which release is the right one.
 */
export async function findStrangers(
  { journal, host }: { journal: Journal; host: ContainerHost },
  signal?: AbortSignal,
): Promise<Stranger[]> {
  return (await host.listContainers(signal)).flatMap(({ id, name, labels, running }): Stranger[] => {
    const release = labels[LABELS.release];
    if (release === undefined || journal.release(release)) return [];
    return [{ name, containerId: id, appliance: labels[LABELS.appliance] ?? '', release, running }];
  });
}

/** Those that run for this appliance. */
export async function strangersServing(
  world: { journal: Journal; host: ContainerHost },
  appliance: string,
  signal?: AbortSignal,
): Promise<Stranger[]> {
  return (await findStrangers(world, signal)).filter((each) => each.running && each.appliance === appliance);
}

import type { Obstacle } from '../domain/plan.ts';
import type { ContainerHost } from '../domain/ports/container-host.ts';
import type { Journal } from '../domain/ports/journal.ts';
import type { Release } from '../domain/release.ts';

/**
 * Names that the services of `coming` will bear and that a container of somebody else bears now. Looked at
 * before anything is stopped: a release that cannot get its name cannot start.
 */
export async function takenNames(
  { journal, host }: { journal: Journal; host: ContainerHost },
  leaving: Release,
  coming: Release,
): Promise<Obstacle[]> {
  const own = [leaving.id, coming.id].flatMap((release) => journal.instances(release));
  const obstacles: Obstacle[] = [];
  for (const { containerName } of coming.services) {
    const holder = await host.inspectInstance(containerName);
    if (!holder || own.some(({ containerId }) => containerId === holder.id)) continue;
    obstacles.push({
      code: 'refused',
      message: `The container name ${containerName} is taken by another container (${holder.id.slice(0, 12)}).`,
      hint: `Give that one another name: docker rename ${holder.id.slice(0, 12)} OTHER-NAME`,
    });
  }
  return obstacles;
}

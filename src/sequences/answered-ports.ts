import type { ContainerHost } from '../domain/ports/container-host.ts';
import type { Journal } from '../domain/ports/journal.ts';
import type { Release } from '../domain/release.ts';
import { AT_A_TIME, inTurns } from './in-turns.ts';
import { findInstance, isUp } from './instances.ts';

/** TCP ports, per service, that the running containers of a release answer on now. */
export async function answeredPorts(
  world: { journal: Journal; host: ContainerHost },
  release: Release,
): Promise<Record<string, number[]>> {
  const answered: Record<string, number[]> = {};
  await inTurns(release.services, AT_A_TIME, async (service) => {
    const instance = await findInstance(world, release, service);
    if (!instance || !isUp(instance)) return;
    const open = await Promise.all(instance.tcpPorts.map((port) => world.host.answers(instance.id, port, 1_000)));
    answered[service.name] = instance.tcpPorts.filter((_, index) => open[index]);
  });
  return answered;
}

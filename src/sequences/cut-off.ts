import type { ContainerHost, Instance } from '../domain/ports/container-host.ts';
import type { Journal } from '../domain/ports/journal.ts';

const ANSWER_MS = 1_000;
const REMEMBERED_OPERATIONS = 50;

/**
 * Whether a container serves by its own health check, and none of the ports that it used to answer on can be reached: an
 * engine that was killed may bring a container back without a way to its network, and does not notice.
 */
export async function isCutOff(host: ContainerHost, instance: Instance, tcpPorts: readonly number[]): Promise<boolean> {
  if (instance.state !== 'running' || instance.health !== 'healthy' || tcpPorts.length === 0) return false;
  const answers = await Promise.all(tcpPorts.map((port) => host.answers(instance.id, port, ANSWER_MS)));
  return !answers.includes(true);
}

/** The TCP ports that a service was last seen to answer on, before an operation stopped it: by its name, from one reading. */
export function portsSeenToAnswer(journal: Journal, appliance: string): (service: string) => number[] {
  const operations = journal.operations(appliance, REMEMBERED_OPERATIONS);
  return (service) =>
    operations.find(({ facts }) => facts.answeredPorts?.[service])?.facts.answeredPorts?.[service] ?? [];
}

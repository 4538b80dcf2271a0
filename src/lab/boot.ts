import { setTimeout as sleep } from 'node:timers/promises';
import type { Containers } from './containers.ts';
import type { Processes } from './processes.ts';
import type { ContainerRecord } from './records.ts';
import { revivesAtBoot } from './restart-policy.ts';
import type { Supervisor } from './supervisor.ts';
import { markExited } from './transitions.ts';

/**
 * What the engine does when it comes up: containers that outlived a killed lab are ended, those that went down
 * with the machine are marked so, and then restart policies bring back what they have to.
 */
export async function boot(containers: Containers, supervisor: Supervisor, processes: Processes): Promise<void> {
  for (const record of containers.list()) if (record.state.Running) await settle(record, containers, processes);
  const reviving = containers.list().filter(revivesAtBoot);
  // A container that cannot be revived says why in its state.
  await Promise.allSettled(reviving.map((record) => supervisor.start(record)));
}

async function settle(record: ContainerRecord, containers: Containers, processes: Processes): Promise<void> {
  const { Pid: pid } = record.state;
  const isAlive = () => pid > 0 && record.processStamp !== null && processes.stampOf(pid) === record.processStamp;
  const wasAlive = isAlive();
  while (isAlive()) {
    processes.killGroup(pid, 'SIGKILL');
    await sleep(10);
  }
  // The engine counts this as a stop of the user: after its own crash, `unless-stopped` stays down.
  if (wasAlive) record.stoppedByUser = true;
  markExited(record, wasAlive ? 137 : 255);
  containers.save(record);
}

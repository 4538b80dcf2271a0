import type { Orphan } from '../../domain/orphan.ts';
import type { InstanceRecord } from '../../domain/ports/journal.ts';
import { NO_RESTART } from '../../domain/service-spec.ts';
import type { Step, StepContext } from '../../domain/step.ts';
import { isFatal, whyItFailed } from '../engine-progress.ts';
import { AT_A_TIME, inTurns } from '../in-turns.ts';
import { isUp } from '../instances.ts';

/**
 * The service engines that joined after what is gone back to: whatever containers they have are off and in no network,
 * so that none of them connects, whoever starts it. How each was connected is in the journal before.
 */
export const setApart: Step = {
  name: 'set-apart',
  title: () => 'Cut off the service engines that joined since',
  check: async () => false,

  async run(context) {
    const containers = containersOf(context);
    const failed: string[] = [];
    const networks = new Map<string, Orphan['networks']>();
    await inTurns(containers, AT_A_TIME, (record) =>
      unlessItFails(context, record, failed, async () => {
        const its = await turnedOff(context, record);
        if (its) networks.set(record.containerId, its);
      }),
    );
    const { journal, clock, operation } = context;
    const { appliance, id } = operation;
    journal.recordOrphans(
      containers.flatMap((record) => {
        const own = networks.get(record.containerId);
        return own ? { ...record, appliance, networks: own, operation: id, at: clock.now() } : [];
      }),
    );
    await inTurns(containers, AT_A_TIME, (record) =>
      unlessItFails(context, record, failed, async () => {
        // Without its record nobody could connect it again.
        if (journal.orphan(record.containerId)) await context.host.disconnectInstance(record.containerId);
      }),
    );
    if (failed.length === 0) return;
    const doubt = `Not every service engine that joined since is cut off: ${failed.join(', ')}.`;
    context.learn({ doubt: [context.facts().doubt, doubt].filter(Boolean).join(' ') });
  },
};

/** Every container of theirs that there is a record of, each with its latest release. */
function containersOf({ journal, operation, facts }: StepContext): InstanceRecord[] {
  const names = new Set(facts().joinedSince);
  const latest = new Map<string, InstanceRecord>();
  for (const record of journal.instancesOf(operation.appliance)) {
    if (names.has(record.service) && !latest.has(record.containerId)) latest.set(record.containerId, record);
  }
  return [...latest.values()];
}

/** Its networks, as they are before it is taken out of them; null where it is gone, or has none of its own. */
async function turnedOff({ host }: StepContext, { containerId }: InstanceRecord): Promise<Orphan['networks'] | null> {
  const instance = await host.inspectInstance(containerId);
  if (!instance) return null;
  if (instance.restartPolicy.name !== NO_RESTART.name) await host.setRestartPolicy(containerId, NO_RESTART);
  if (isUp(instance)) await host.stopInstance(containerId);
  return (await host.endpoints(containerId)) ?? {};
}

/** It holds up nobody: what runs does not need it. */
async function unlessItFails(
  context: StepContext,
  { service }: InstanceRecord,
  failed: string[],
  act: () => Promise<void>,
): Promise<void> {
  try {
    await act();
  } catch (thrown) {
    if (isFatal(context, thrown)) throw thrown;
    failed.push(`${service} (${whyItFailed(thrown)})`);
  }
}

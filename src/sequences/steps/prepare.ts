import type { InstanceRecord } from '../../domain/ports/journal.ts';
import type { Release } from '../../domain/release.ts';
import type { ServiceSpec } from '../../domain/service-spec.ts';
import type { Step, StepContext } from '../../domain/step.ts';
import { AT_A_TIME, inTurns } from '../in-turns.ts';
import { asideName, findInstance, LABELS } from '../instances.ts';
import { makeOwnInstance } from '../make-instance.ts';

/**
 * Makes the containers of the new release, not started. A rollback finds the ones that it left; where
 * somebody has removed one, it is made again from the release.
 */
export const prepare: Step = {
  name: 'prepare',
  title: ({ to }) => `Prepare the containers of ${to.version}`,

  async check(context) {
    const found = await Promise.all(context.to.services.map((service) => findInstance(context, context.to, service)));
    return !found.includes(null);
  },

  async run(context) {
    const found: InstanceRecord[] = [];
    const original = originalOf(context);
    await inTurns(context.to.services, AT_A_TIME, async (service) => {
      if (await findInstance(context, context.to, service)) return;
      const containerId =
        (await keptInstance(context, service)) ??
        (original && (await findInstance(context, original, service))?.id) ??
        (await makeOwnInstance(context, service, asideName(service, context.to.id)));
      found.push({ release: context.to.id, service: service.name, containerId });
    }).finally(() => found.length > 0 && context.journal.recordInstances(found));
  },

  async revert(context) {
    const { journal, host, to } = context;
    for (const record of journal.instances(to.id)) {
      const instance = await host.inspectInstance(record.containerId);
      // A container that an earlier release left is that release's: only what this operation made goes.
      if (instance?.labels[LABELS.operation] === context.operation.id) await host.removeInstance(instance.id);
      journal.forgetInstance(record);
    }
    await removeMade(context);
  },
};

/**
 * Every container that the operation made: also one that was cut off before the journal knew its id, and one
 * that has come back because the power went before its removal was on the disk.
 */
export async function removeMade({ host, operation }: StepContext): Promise<void> {
  for (const container of await host.listContainers()) {
    if (container.labels[LABELS.operation] === operation.id) await host.removeInstance(container.id);
  }
}

/** Makes again what somebody has removed since the step. */
export async function makeMissing(context: StepContext): Promise<void> {
  if (!(await prepare.check(context))) await prepare.run(context);
}

/** What runs now goes on in the new release, where it is to be kept. */
async function keptInstance(context: StepContext, service: ServiceSpec): Promise<string | null> {
  if (!context.facts().kept?.includes(service.name)) return null;
  return (await findInstance(context, context.from, service))?.id ?? null;
}

/** The release that left containers which fit: a container mounts the slot that it was made for. */
function originalOf({ journal, to }: StepContext): Release | null {
  const original = to.copyOf ? journal.release(to.copyOf) : null;
  return original?.slot === to.slot ? original : null;
}

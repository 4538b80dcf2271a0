import type { SlotMount } from '../../domain/slot.ts';
import type { Step, StepContext } from '../../domain/step.ts';
import { LABELS } from '../instances.ts';
import { operationLabels } from '../make-instance.ts';
import { mustSlot } from '../slot-pairs.ts';

/** Makes the networks and volumes of a new appliance, and notes which data is its own. */
export const storage: Step = {
  name: 'storage',
  title: ({ to }) => `Make the volumes and networks of ${to.version}`,

  check: async () => false, // making what is there costs one call each

  async run(context) {
    const { host, journal, slots, to, signal } = context;
    const { volumes = [], networks = [] } = context.facts().install ?? {};
    const own = operationLabels(context);
    for (const network of networks) {
      if (!network.external) await host.createNetwork(network, { ...network.labels, ...own }, signal);
    }
    for (const { name, external, labels, driver, driverOptions } of volumes) {
      if (!external) await host.createVolume(name, { ...labels, ...own }, signal, { driver, driverOptions });
    }
    for (const mount of mustSlot(journal, to.slot).mounts) {
      const path = mount.volume === null ? mount.path : await pathOf(context, mount.volume);
      const made: SlotMount = { ...mount, path, identity: await slots.identify(path) };
      journal.updateSlotMount(to.slot, made);
    }
  },

  async revert(context) {
    const { host, journal, to, operation } = context;
    const { volumes = [], networks = [] } = context.facts().install ?? {};
    const anonymous = mustSlot(journal, to.slot).mounts.flatMap(({ volume }) => volume ?? []);
    for (const name of new Set([...volumes.map((volume) => volume.name), ...anonymous])) {
      const isOwn = (await host.inspectVolume(name))?.labels[LABELS.operation] === operation.id;
      if (isOwn) await host.removeVolume(name);
    }
    for (const { name } of networks) {
      const isOwn = (await host.networkLabels(name))?.[LABELS.operation] === operation.id;
      if (isOwn) await host.removeNetwork(name);
    }
    journal.discardSlot(to.slot);
  },
};

/** Of a volume that is there, or else is made: one that has no name in the manifest, or that only the image declares. */
async function pathOf(context: StepContext, name: string): Promise<string> {
  const { host, signal } = context;
  const found = await host.inspectVolume(name, signal);
  return (found ?? (await host.createVolume(name, operationLabels(context), signal))).hostPath;
}

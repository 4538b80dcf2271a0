import { BelayError } from '../../domain/errors.ts';
import type { Step } from '../../domain/step.ts';
import { answeredPorts } from '../answered-ports.ts';
import { findInstance, isUp } from '../instances.ts';
import { noteLiveData } from '../live-data.ts';
import { mustSlot } from '../slot-pairs.ts';
import { snapshotObstacles } from '../snapshot-obstacles.ts';

/** The snapshot must be there, and what runs must be able to be set aside. */
export const preflightRestore: Step = {
  name: 'preflight',
  title: () => 'Check that the snapshot can be restored',
  check: async () => false,

  async run(context) {
    const { host, slots, journal, from, to, signal } = context;
    await host.describe(signal);
    const slot = mustSlot(journal, to.slot);
    const [obstacle] = await snapshotObstacles(
      context,
      mustSlot(journal, slot.clonedFrom ?? ''),
      slot.mounts,
      mustSlot(journal, from.slot),
    );
    if (obstacle) throw new BelayError(obstacle.code, obstacle.message, obstacle.hint ? { hint: obstacle.hint } : {});
    const instances = await Promise.all(from.services.map((service) => findInstance(context, from, service)));
    if (instances.every(isUp)) await noteLiveData(context, from);
    const fromSlot = mustSlot(journal, from.slot);
    // An appliance that was imported and has not run here has nothing to set aside.
    if (fromSlot.state === 'live') for (const mount of fromSlot.mounts) await slots.locate(mount);
    context.learn({ answeredPorts: await answeredPorts(context, from) });
  },
};

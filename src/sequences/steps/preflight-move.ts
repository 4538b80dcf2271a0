import { BelayError } from '../../domain/errors.ts';
import type { Step } from '../../domain/step.ts';
import { answeredPorts } from '../answered-ports.ts';
import { findInstance, isUp } from '../instances.ts';
import { noteLiveData } from '../live-data.ts';
import { targetObstacles } from '../move-obstacles.ts';
import { movedMount } from '../moved-mount.ts';
import { mustSlot } from '../slot-pairs.ts';

/** The data must be where it is said to be, and its new place free. An empty directory there is noted, as it gives way. */
export const preflightMove: Step = {
  name: 'preflight',
  title: () => 'Check that the data can be moved',
  check: async () => false,

  async run(context) {
    const { host, slots, journal, from, to, signal } = context;
    await host.describe(signal);
    const { kind, volume, path } = movedMount(context);
    const target = kind === 'bind' ? { kind, path } : { kind, name: volume ?? '' };
    const [obstacle] = await targetObstacles(context, from, to.slot, target);
    if (obstacle) throw new BelayError(obstacle.code, obstacle.message, obstacle.hint ? { hint: obstacle.hint } : {});
    const { look } = kind === 'bind' ? await slots.site(path) : { look: null };
    if (look) context.learn({ gaveWay: look });
    const instances = await Promise.all(from.services.map((service) => findInstance(context, from, service)));
    if (instances.every(isUp)) await noteLiveData(context, from);
    for (const mount of mustSlot(journal, from.slot).mounts) await slots.locate(mount);
    context.learn({ answeredPorts: await answeredPorts(context, from) });
  },

  async revert(context) {
    const { gaveWay } = context.facts();
    const { path } = movedMount(context);
    if (gaveWay && (await context.slots.identify(path)) === null) await context.slots.makeDirectory(path, gaveWay);
  },
};

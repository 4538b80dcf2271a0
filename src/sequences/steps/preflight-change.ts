import { BelayError } from '../../domain/errors.ts';
import type { Step } from '../../domain/step.ts';
import { answeredPorts } from '../answered-ports.ts';
import { findInstance, isUp } from '../instances.ts';
import { noteLiveData } from '../live-data.ts';
import { mustSlot } from '../slot-pairs.ts';
import { startObstacles } from '../start-obstacles.ts';
import { noteUntouched } from '../untouched.ts';

/** The data must be where the journal says, and nothing in the way of what is exchanged. */
export const preflightChange: Step = {
  name: 'preflight',
  title: ({ to }) => `Check that ${to.version} can be changed`,
  check: async () => false,

  async run(context) {
    const { host, slots, journal, from, to, signal } = context;
    await host.describe(signal);
    const { kept = [] } = context.facts();
    const exchanged = to.services.filter(({ name }) => !kept.includes(name));
    const [obstacle] = await startObstacles(context, from, to, exchanged);
    if (obstacle) throw new BelayError(obstacle.code, obstacle.message, obstacle.hint ? { hint: obstacle.hint } : {});
    const instances = await Promise.all(from.services.map((service) => findInstance(context, from, service)));
    if (instances.every(isUp)) await noteLiveData(context, from);
    for (const mount of mustSlot(journal, from.slot).mounts) await slots.locate(mount);
    await noteUntouched(context);
    context.learn({ answeredPorts: await answeredPorts(context, from) });
    context.report({ detail: `${exchanged.length} to replace` });
  },
};

import type { Step } from '../../domain/step.ts';
import { isUp, mustFindInstance } from '../instances.ts';
import { noteLiveData } from '../live-data.ts';
import { mustSlot } from '../slot-pairs.ts';

/** Notes what the old release does well now, so that the new one can be held against it. */
export const preflightUpgrade: Step = {
  name: 'preflight',
  title: ({ from, to }) => `Check that ${from.version} can be left for ${to.version}`,
  check: async () => false,

  async run(context) {
    const { host, slots, from, to, signal } = context;
    await host.describe(signal);
    const answeredPorts: Record<string, number[]> = {};
    for (const service of from.services) {
      const instance = await mustFindInstance(context, from, service, signal);
      const open = await Promise.all(instance.tcpPorts.map((port) => host.answers(instance.id, port, 1_000)));
      answeredPorts[service.name] = instance.tcpPorts.filter((_, index) => open[index]);
      if (isUp(instance)) await noteLiveData(context, from);
    }
    context.learn({ answeredPorts });
    for (const mount of mustSlot(context.journal, from.slot).mounts) await slots.locate(mount);
    context.report({ detail: `${to.services.length} to replace` });
  },
};

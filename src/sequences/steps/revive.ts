import { restartPolicyOf } from '../../domain/service-spec.ts';
import type { Step } from '../../domain/step.ts';
import { mustHaveItsData } from '../data-in-place.ts';
import { findInstance, mustFindInstance, whyNotStarted } from '../instances.ts';
import { noteStuck, startAgain } from '../start-again.ts';

/** Starts what is down, on its own data, and lets go on what is paused. */
export const revive: Step = {
  name: 'revive',
  title: ({ to }) => `Start what of ${to.version} is down`,

  async check(context) {
    const found = await Promise.all(context.to.services.map((service) => findInstance(context, context.to, service)));
    return found.every((instance) => instance?.state === 'running');
  },

  async run(context) {
    const { host, to, signal } = context;
    for (const service of to.services) {
      const instance = await mustFindInstance(context, to, service, signal);
      if (instance.state === 'paused') await host.resumeInstance(instance.id, signal);
      if (instance.state === 'running' || instance.state === 'paused' || instance.state === 'restarting') continue;
      await mustHaveItsData(context, to);
      try {
        const startable = { release: to, service, instance, restartPolicy: restartPolicyOf(service) };
        noteStuck(context, await startAgain(context, startable, signal));
      } catch (error) {
        const subject = `${service.name} ${to.version}`;
        throw await whyNotStarted(context, { release: to, service, instance, subject }, error);
      }
    }
  },
};

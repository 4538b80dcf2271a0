import { compareLimits, type Limits, limitsOf } from '../../domain/limits.ts';
import type { Step } from '../../domain/step.ts';
import { mustFindInstance } from '../instances.ts';

/** Gives the containers the names and the limits that the release says. */
export const setRight: Step = {
  name: 'set-right',
  title: ({ to }) => `Set names and limits as ${to.version} has them`,

  check: async () => false, // asks for nothing that is so already

  async run(context) {
    const { host, to, signal } = context;
    for (const service of to.services) {
      const instance = await mustFindInstance(context, to, service, signal);
      if (instance.name !== service.containerName)
        await host.renameInstance(instance.id, service.containerName, signal);
      const changes = compareLimits(instance.limits, limitsOf(service.settings.hostConfig));
      // What the release has not set cannot be unset on a container that is there.
      const limits: Limits = {};
      for (const { name, release } of changes) if (release !== null) limits[name] = release;
      if (Object.keys(limits).length > 0) await host.setLimits(instance.id, limits, signal);
    }
  },
};

import type { ServiceSpec } from '../../domain/service-spec.ts';
import type { Step, StepContext } from '../../domain/step.ts';
import { mustHaveItsData } from '../data-in-place.ts';
import { findInstance } from '../instances.ts';
import { makeOwnInstance } from '../make-instance.ts';

/** Makes the containers that have been removed again, from the release, on its data. */
export const recreate: Step = {
  name: 'recreate',
  title: ({ to }) => `Make the containers of ${to.version} that are missing`,

  check: async (context) => (await missing(context)).length === 0,

  async run(context) {
    for (const service of await missing(context)) {
      // Making it would make a missing volume too, empty.
      await mustHaveItsData(context, context.to);
      const containerId = await makeOwnInstance(context, service, service.containerName, context.signal);
      context.journal.recordInstance({ release: context.to.id, service: service.name, containerId });
    }
  },
};

async function missing(context: StepContext): Promise<ServiceSpec[]> {
  const found = await Promise.all(context.to.services.map((service) => findInstance(context, context.to, service)));
  return context.to.services.filter((_, index) => found[index] === null);
}

import type { ServiceSpec } from '../../domain/service-spec.ts';
import type { Step, StepContext } from '../../domain/step.ts';
import { mustHaveItsData } from '../data-in-place.ts';
import { findInstance, LABELS } from '../instances.ts';

/** Makes the containers that have been removed again, from the release, on its data. */
export const recreate: Step = {
  name: 'recreate',
  title: ({ to }) => `Make the containers of ${to.version} that are missing`,

  check: async (context) => (await missing(context)).length === 0,

  async run(context) {
    for (const service of await missing(context)) {
      // Making it would make a missing volume too, empty.
      await mustHaveItsData(context, context.to);
      const containerId = await create(context, service);
      context.journal.recordInstance({ release: context.to.id, service: service.name, containerId });
    }
  },
};

async function missing(context: StepContext): Promise<ServiceSpec[]> {
  const found = await Promise.all(context.to.services.map((service) => findInstance(context, context.to, service)));
  return context.to.services.filter((_, index) => found[index] === null);
}

async function create(context: StepContext, service: ServiceSpec): Promise<string> {
  const { host, to, operation, signal } = context;
  if (!(await host.inspectImage(service.image.imageId ?? service.image.reference, signal))) {
    context.report({ detail: `fetching ${service.image.reference} again` });
    await host.pullImage(service.image, ({ detail }) => context.report({ detail }), signal);
  }
  const labels = {
    [LABELS.appliance]: to.appliance,
    [LABELS.release]: to.id,
    [LABELS.service]: service.name,
    [LABELS.operation]: operation.id,
  };
  return host.createInstance(service, { name: service.containerName, labels }, signal);
}

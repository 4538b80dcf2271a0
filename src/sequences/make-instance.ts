import type { ServiceSpec } from '../domain/service-spec.ts';
import type { StepContext } from '../domain/step.ts';
import { LABELS } from './instances.ts';

/** By which everything that an operation makes for an appliance is known again. */
export const operationLabels = ({ to, operation }: StepContext): Record<string, string> => ({
  [LABELS.appliance]: to.appliance,
  [LABELS.operation]: operation.id,
});

/**
 * Creates a container of the operation's release, not started, and returns its id; its image is fetched where
 * it is gone. Without a signal the creation is not cut off: what the engine makes after that nobody would take back.
 */
export async function makeInstance(
  context: StepContext,
  service: ServiceSpec,
  name: string,
  signal?: AbortSignal,
): Promise<string> {
  const { host, to } = context;
  if (!(await host.inspectImage(service.image.imageId ?? service.image.reference, context.signal))) {
    context.report({ detail: `fetching ${service.image.reference} again` });
    await host.pullImage(service.image, ({ detail }) => context.report({ detail }), context.signal);
  }
  const labels = { ...operationLabels(context), [LABELS.release]: to.id, [LABELS.service]: service.name };
  return host.createInstance(service, { name, labels }, signal);
}

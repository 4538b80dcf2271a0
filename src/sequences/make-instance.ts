import type { ContainerHost } from '../domain/ports/container-host.ts';
import type { Release } from '../domain/release.ts';
import type { ServiceSpec } from '../domain/service-spec.ts';
import type { StepContext } from '../domain/step.ts';
import { LABELS } from './instances.ts';
import { mustBeReadable } from './unreadable-secrets.ts';

/** By which everything that an operation makes for an appliance is known again. */
export const operationLabels = ({ to, operation }: StepContext): Record<string, string> => ({
  [LABELS.appliance]: to.appliance,
  [LABELS.operation]: operation.id,
});

export interface NewInstance {
  release: Release;
  service: ServiceSpec;
  name: string;
  /** Beside those of its release. */
  labels?: Record<string, string>;
  /** What is told while its image is fetched again. */
  report?: (detail: string) => void;
  /** Ends the fetching of its image; the creation itself is only ended by the other one. */
  signal?: AbortSignal | undefined;
}

/**
 * Creates a container of a release, not started, and returns its id; its image is fetched where it is gone.
 * Without `creationSignal` the creation is not cut off: what the engine makes after that nobody would take back.
 */
export async function makeInstance(
  { host }: { host: ContainerHost },
  { release, service, name, labels, report, signal }: NewInstance,
  creationSignal?: AbortSignal,
): Promise<string> {
  mustBeReadable(service);
  if (!(await host.inspectImage(service.image.imageId ?? service.image.reference, signal))) {
    report?.(`fetching ${service.image.reference} again`);
    await host.pullImage(service.image, ({ detail }) => report?.(detail ?? ''), signal);
  }
  const own = { [LABELS.appliance]: release.appliance, [LABELS.release]: release.id, [LABELS.service]: service.name };
  return host.createInstance(service, { name, labels: { ...labels, ...own } }, creationSignal);
}

/** As an operation makes one of its own release, which it takes away where it goes back. */
export const makeOwnInstance = (
  context: StepContext,
  service: ServiceSpec,
  name: string,
  creationSignal?: AbortSignal,
): Promise<string> => {
  const { to: release, signal } = context;
  const report = (detail: string) => context.report({ detail });
  return makeInstance(
    context,
    { release, service, name, labels: operationLabels(context), report, signal },
    creationSignal,
  );
};

import type { Instance } from '../domain/ports/container-host.ts';
import { NO_RESTART, type ServiceSpec } from '../domain/service-spec.ts';
import type { StepContext } from '../domain/step.ts';
import { untilReady } from './dependencies.ts';
import { LABELS, mustFindInstance, whyNotStarted } from './instances.ts';
import { operationLabels } from './make-instance.ts';
import { noteStuck, startAgain } from './start-again.ts';

/** Starts a service of the new release once what it depends on is there, with its restart policy off. */
export async function startService(context: StepContext, service: ServiceSpec): Promise<void> {
  const { host, to, signal } = context;
  const instance = await mustFindInstance(context, to, service, signal);
  if (instance.restartPolicy.name !== NO_RESTART.name) await host.setRestartPolicy(instance.id, NO_RESTART);
  await untilReady(context, to, service);
  await startOrExplain(context, service, instance);
}

// The engine goes on with a call that is cut off, and going back would not see what comes of it: no signal here.
async function startOrExplain(context: StepContext, service: ServiceSpec, instance: Instance): Promise<void> {
  const { to } = context;
  // In an upgrade the container is the operation's own, and goes with it; in a rollback it may have been left by another.
  const labels = instance.labels[LABELS.operation] === context.operation.id ? operationLabels(context) : {};
  try {
    const startable = { release: to, service, instance, restartPolicy: NO_RESTART, labels };
    noteStuck(context, await startAgain(context, startable));
  } catch (error) {
    throw await whyNotStarted(context, { release: to, service, instance, subject: to.version }, error);
  }
}

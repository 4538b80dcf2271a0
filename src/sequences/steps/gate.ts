import { sinceStopMs } from '../../domain/downtime.ts';
import { BelayError } from '../../domain/errors.ts';
import type { OperationFacts } from '../../domain/operation.ts';
import type { ServiceSpec } from '../../domain/service-spec.ts';
import type { Step, StepContext } from '../../domain/step.ts';
import { isCutOff } from '../cut-off.ts';
import { isFatal, whyItFailed } from '../engine-progress.ts';
import { findInstance, isUp } from '../instances.ts';
import { noteNode } from '../node-progress.ts';
import { prove } from '../proof.ts';
import { startService } from '../start-service.ts';
import { mayFail, takesOver } from '../taking-over.ts';

/** The new release must prove itself before it takes over: serving, the right one, and stable. */
export const gate: Step = {
  name: 'gate',
  title: () => 'Prove that it works',
  check: async () => false,

  async run(context) {
    await prove(context, thoseToProve(context), { onServing: () => noteDowntime(context) });
  },
};

function thoseToProve(context: StepContext): ServiceSpec[] {
  const { leftRunning = [] } = context.facts();
  return context.to.services.filter(
    (service) => !leftRunning.includes(service.name) && takesOver(context, service) && !mayFail(context, service),
  );
}

/**
 * The gate of a rollback: a release that was gone back to stays, whatever it shows, because a machine
 * never takes a rollback back. What is wrong with it is noted for somebody to look at, of each node by itself.
 */
export const gateOfRollback: Step = {
  ...gate,

  async run(context) {
    const { cluster } = context.facts();
    const services = thoseToProve(context);
    if (!cluster) {
      return unlessDoubtful(context, () => proveAgain(context, services, () => noteDowntime(context)));
    }
    const nodes = services.filter(({ name }) => cluster.nodes.includes(name));
    const others = services.filter((service) => !nodes.includes(service));
    for (const node of nodes) noteNode(context, node, 'proving');
    const serving = oncePerAll(nodes.length, () => noteDowntime(context));
    const proofs = await Promise.allSettled([
      unlessDoubtful(context, () => proveAgain(context, others)),
      ...nodes.map((node) => unlessDoubtful(context, () => proveNode(context, node, serving))),
    ]);
    const failed = proofs.find(({ status }) => status === 'rejected');
    if (failed) throw (failed as PromiseRejectedResult).reason;
  },
};

async function unlessDoubtful(context: StepContext, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof BelayError) || error.code !== 'gate-failed') throw error;
    const { logTail, staleLock } = error.details as Pick<OperationFacts, 'logTail' | 'staleLock'>;
    const doubt = [context.facts().doubt, error.message].filter(Boolean).join(' ');
    context.learn({ doubt, ...(logTail ? { logTail } : {}), ...(staleLock ? { staleLock } : {}) });
  }
}

async function proveNode(context: StepContext, node: ServiceSpec, onServing: () => void): Promise<void> {
  try {
    await proveAgain(context, [node], onServing);
    noteNode(context, node, 'done');
  } catch (thrown) {
    if (!isFatal(context, thrown)) noteNode(context, node, 'failed', whyItFailed(thrown));
    throw thrown;
  }
}

/**
 * What has ended, or cannot be reached, is started once more. It has run before, nothing is gone back from here, and an
 * engine that is killed ends what runs with a code that looks like its own end.
 */
async function proveAgain(
  context: StepContext,
  services: readonly ServiceSpec[],
  onServing: () => void = () => {},
): Promise<void> {
  try {
    await prove(context, services, { onServing });
  } catch (thrown) {
    if (isFatal(context, thrown)) throw thrown;
    const instances = await Promise.all(services.map((service) => findInstance(context, context.to, service)));
    let isStarted = false;
    for (const [index, service] of services.entries()) {
      const instance = instances[index] ?? null;
      const ports = context.facts().answeredPorts?.[service.name] ?? [];
      if (instance && isUp(instance)) {
        if (!(await isCutOff(context.host, instance, ports))) continue;
        await context.host.restartInstance(instance.id);
      } else await startService(context, service);
      isStarted = true;
    }
    if (!isStarted) throw thrown;
    await prove(context, services, { onServing });
  }
}

/** Calls back when so many have called. */
function oncePerAll(count: number, act: () => void): () => void {
  let left = count;
  return () => {
    left -= 1;
    if (left === 0) act();
  };
}

/** When the new release first answers: the downtime ends. */
export function noteDowntime(context: StepContext): void {
  const { withoutDowntime } = context.facts();
  const downtimeMs = withoutDowntime ? null : sinceStopMs(context.facts(), context.clock);
  if (downtimeMs !== null && context.facts().downtimeMs === undefined) context.learn({ downtimeMs });
  const { rehearsal } = context.facts();
  if (!rehearsal?.startedAtBoot) return;
  const servingMs = Math.round(context.clock.bootTime().sinceBootMs - rehearsal.startedAtBoot.sinceBootMs);
  context.learn({ rehearsal: { ...rehearsal, servingMs } });
}

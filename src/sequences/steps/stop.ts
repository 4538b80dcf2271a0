import { sinceStopMs } from '../../domain/downtime.ts';
import type { Instance } from '../../domain/ports/container-host.ts';
import { NO_RESTART, type ServiceSpec } from '../../domain/service-spec.ts';
import { startWaves } from '../../domain/start-order.ts';
import type { Step, StepContext } from '../../domain/step.ts';
import { noteExits } from '../exit-codes.ts';
import { AT_A_TIME, inTurns } from '../in-turns.ts';
import { findInstance, isUp } from '../instances.ts';
import { exchangeNames, setNamesAside } from '../names.ts';
import { isShared, stopsFirst } from '../taking-over.ts';
import { turnOnAgain, untilItServes } from '../turn-on-again.ts';

/** Turns the active release off, so that neither the engine nor a reboot brings it back. */
export const stop: Step = {
  name: 'stop',
  title: ({ from }) => `Turn off ${from.version}`,

  async check(context) {
    const active = await activeInstances(context);
    const instances = active.filter(({ service }) => stopsFirst(context, service));
    // How the engines were that are turned off later has to be known before.
    if (instances.length < active.length && context.facts().restartPolicies === undefined) return false;
    return instances.every(({ instance }) => !isUp(instance) && instance.restartPolicy.name === 'no');
  },

  async run(context) {
    const { host, clock } = context;
    const active = await activeInstances(context);
    const instances = active.filter(({ service }) => stopsFirst(context, service));
    if (context.facts().restartPolicies === undefined) {
      // Also of engines that are turned off later.
      const policies = active.map(({ service, instance }) => [service.name, instance.restartPolicy] as const);
      const downBefore = active.filter(
        ({ service, instance }) => service.role === 'engine' && wasDown(context, instance),
      );
      context.learn({
        restartPolicies: Object.fromEntries(policies),
        downBefore: downBefore.map(({ service }) => service.name),
      });
    }
    // First the policy of all of them: a stopped container with a policy is revived by a reboot.
    await inTurns(instances, AT_A_TIME, ({ instance }) => host.setRestartPolicy(instance.id, NO_RESTART));
    // Before the stop, because every call after it is downtime. The new one gets the name with its data only:
    // whoever starts the name by hand meanwhile would start it on the old data.
    await setNamesAside(context, context.from, (service) => stopsFirst(context, service));
    if (context.facts().stoppedAtMs === undefined) {
      context.learn({ stoppedAtMs: clock.now().getTime(), stoppedAtBoot: clock.bootTime() });
    }
    // The engine goes on with a stop that is cut off: it is waited for, also where somebody aborts.
    // A service is stopped before what it depends on.
    for (const wave of startWaves(context.from.services).toReversed()) {
      const stopping = instances.filter(({ service }) => wave.some(({ name }) => name === service.name));
      await Promise.all(stopping.map(({ instance }) => host.stopInstance(instance.id)));
    }
    noteExits(context, await stoppedFirst(context));
  },

  async revert(context) {
    const { from, to } = context;
    await exchangeNames(context, to, from);
    for (const service of from.services)
      await turnOnAgain(context, service, { services: to.services, which: () => true });
    if (context.facts().stoppedAtMs !== undefined) await waitUntilServing(context);
  },
};

interface ServiceInstance {
  service: ServiceSpec;
  instance: Instance;
}

async function stoppedFirst(context: StepContext): Promise<ServiceInstance[]> {
  return (await activeInstances(context)).filter(({ service }) => stopsFirst(context, service));
}

/** Of every service that does not go on untouched. */
async function activeInstances(context: StepContext): Promise<ServiceInstance[]> {
  const found = await Promise.all(
    context.from.services
      .filter((service) => !isShared(context, service))
      .map(async (service) => ({ service, instance: await findInstance(context, context.from, service) })),
  );
  // A container that is gone is as stopped as can be: a rollback must work all the same.
  return found.filter((pair): pair is ServiceInstance => pair.instance !== null);
}

async function waitUntilServing(context: StepContext): Promise<void> {
  const { clock, from } = context;
  for (const service of from.services) await untilItServes(context, service);
  const facts = context.facts();
  const { servedUntilMs } = facts;
  const downMs =
    servedUntilMs === undefined ? sinceStopMs(facts, clock) : Math.max(0, clock.now().getTime() - servedUntilMs);
  if (downMs !== null && !facts.withoutDowntime) context.learn({ downtimeMs: (facts.downtimeMs ?? 0) + downMs });
}

/** What has ended since the operation began, as with an engine that is just being restarted, was there before. */
function wasDown({ operation }: StepContext, instance: Instance): boolean {
  if (isUp(instance)) return false;
  return instance.finishedAt === null || instance.finishedAt <= operation.startedAt;
}

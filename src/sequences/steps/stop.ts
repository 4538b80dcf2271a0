import { sinceStopMs } from '../../domain/downtime.ts';
import { BelayError } from '../../domain/errors.ts';
import type { Instance } from '../../domain/ports/container-host.ts';
import { NO_RESTART, restartPolicyOf, type ServiceSpec } from '../../domain/service-spec.ts';
import { startWaves } from '../../domain/start-order.ts';
import type { Step, StepContext } from '../../domain/step.ts';
import { mustHaveItsData } from '../data-in-place.ts';
import { untilReady } from '../dependencies.ts';
import { mustHaveItsDatabase } from '../external-database.ts';
import { findInstance, isServing, isUp, mustFindInstance } from '../instances.ts';
import { makeInstance } from '../make-instance.ts';
import { exchangeNames, setNamesAside } from '../names.ts';
import { mustSlot } from '../slot-pairs.ts';
import { noteStuck, startAgain } from '../start-again.ts';
import { isShared, stopsFirst } from '../taking-over.ts';

const SERVING_POLL_MS = 100;

/** Turns the active release off, so that neither the engine nor a reboot brings it back. */
export const stop: Step = {
  name: 'stop',
  title: ({ from }) => `Turn off ${from.version}`,

  async check(context) {
    const instances = await stoppedFirst(context);
    return instances.every(({ instance }) => !isUp(instance) && instance.restartPolicy.name === 'no');
  },

  async run(context) {
    const { host, clock } = context;
    const active = await activeInstances(context);
    const instances = active.filter(({ service }) => stopsFirst(context, service));
    if (context.facts().restartPolicies === undefined) {
      // Also of engines that are turned off later.
      const policies = active.map(({ service, instance }) => [service.name, instance.restartPolicy] as const);
      const downBefore = active.filter(({ service, instance }) => service.role === 'engine' && !isUp(instance));
      context.learn({
        restartPolicies: Object.fromEntries(policies),
        downBefore: downBefore.map(({ service }) => service.name),
      });
    }
    // First the policy of all of them: a stopped container with a policy is revived by a reboot.
    for (const { instance } of instances) await host.setRestartPolicy(instance.id, NO_RESTART);
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
    await noteExitCodes(context);
  },

  async revert(context) {
    const { host, from, to } = context;
    await exchangeNames(context, to, from);
    const policies = context.facts().restartPolicies;
    for (const service of from.services) {
      const found = await findInstance(context, from, service);
      if (found && !wasTouched(context, service)) continue;
      if (!isUp(found)) await mustBeFree(context);
      const instance = found ?? (await makeAgain(context, service));
      const restartPolicy = policies?.[service.name] ?? restartPolicyOf(service);
      // First the policy: where the start fails, a reboot or an administrator must find it as it was.
      await host.setRestartPolicy(instance.id, restartPolicy);
      // An engine that was down already may have a reason for it, which must not keep the others from coming back.
      if (!isUp(instance) && context.facts().downBefore?.includes(service.name)) continue;
      if (isUp(instance)) {
        if (!mayBeStopping(context, service, instance)) continue;
        await host.stopInstance(instance.id);
      }
      await mustBeFree(context);
      await untilReady(context, from, service).catch(() => undefined); // what was there is started in any case
      noteStuck(context, await startAgain(context, { release: from, service, instance, restartPolicy }));
    }
    if (context.facts().stoppedAtMs !== undefined) await waitUntilServing(context);
  },
};

// What somebody has removed meanwhile: going back must not end with nothing that runs.
async function makeAgain(context: StepContext, service: ServiceSpec): Promise<Instance> {
  const { journal, from } = context;
  await mustHaveItsData(context, from);
  const containerId = await makeInstance(context, { release: from, service, name: service.containerName });
  journal.recordInstance({ release: from.id, service: service.name, containerId });
  return mustFindInstance(context, from, service);
}

// Told to stop by a daemon that was killed while the engine waited for it: it would end after it was found running.
function mayBeStopping(context: StepContext, service: ServiceSpec, { startedAt }: Instance): boolean {
  const { stoppedAtMs, engines } = context.facts();
  if (!stopsFirst(context, service) && engines?.[service.name] === undefined) return false;
  return stoppedAtMs !== undefined && (startedAt?.getTime() ?? 0) < stoppedAtMs;
}

/** What both releases share has not been stopped; neither has anything before its policy was noted. */
function wasTouched(context: StepContext, service: ServiceSpec): boolean {
  const { restartPolicies } = context.facts();
  return !isShared(context, service) && (restartPolicies === undefined || service.name in restartPolicies);
}

/**
 * Nothing may start, nor be brought back by the engine, beside the new release or on its data: where that could not be
 * taken back, the old one stays off. A container mounts what lies there, whosever data it is.
 */
async function mustBeFree(context: StepContext): Promise<void> {
  const { from, to } = context;
  for (const service of to.services) {
    if (isShared(context, service) || !isUp(await findInstance(context, to, service))) continue;
    throw new BelayError(
      'refused',
      `${to.version} could not be stopped, so ${from.version} is not started beside it.`,
      {
        hint: 'See what runs, and stop it: show containers',
      },
    );
  }
  if (from.slot !== to.slot) await mustBeInPlace(context);
  await mustHaveItsDatabase(context);
}

async function mustBeInPlace({ journal, slots, from }: StepContext): Promise<void> {
  for (const mount of mustSlot(journal, from.slot).mounts) {
    if ((await slots.whereabouts(mount)) === 'in-place') continue;
    throw new BelayError('data-missing', `The data of ${from.version} is not in place at ${mount.path}.`, {
      hint: `Put it back there (it was set aside as ${mount.parkedPath ?? mount.path}), then start the container.`,
    });
  }
}

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

async function noteExitCodes(context: StepContext): Promise<void> {
  const exitCodes: Record<string, number> = {};
  const forcedStops: string[] = [];
  for (const { service, instance } of await stoppedFirst(context)) {
    exitCodes[service.name] = instance.exitCode;
    if (instance.exitCode === 137) forcedStops.push(service.name);
  }
  context.learn({ exitCodes, forcedStops });
}

async function waitUntilServing(context: StepContext): Promise<void> {
  const { host, clock, from } = context;
  const facts = context.facts();
  for (const service of from.services) {
    const deadlineMs = clock.monotonicMs() + service.gate.deadlineMs;
    const ports = facts.answeredPorts?.[service.name] ?? [];
    while (clock.monotonicMs() < deadlineMs) {
      const instance = await findInstance(context, from, service);
      if (!instance || !isUp(instance) || (await isServing(host, instance, ports))) break;
      await clock.sleep(SERVING_POLL_MS);
    }
  }
  const { servedUntilMs } = facts;
  const downMs =
    servedUntilMs === undefined ? sinceStopMs(facts, clock) : Math.max(0, clock.now().getTime() - servedUntilMs);
  if (downMs !== null && !facts.withoutDowntime) context.learn({ downtimeMs: (facts.downtimeMs ?? 0) + downMs });
}

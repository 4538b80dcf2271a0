import { BelayError } from '../domain/errors.ts';
import type { Instance } from '../domain/ports/container-host.ts';
import { restartPolicyOf, type ServiceSpec } from '../domain/service-spec.ts';
import type { StepContext } from '../domain/step.ts';
import { mustHaveItsData } from './data-in-place.ts';
import { untilReady } from './dependencies.ts';
import type { WhichMounts } from './exchange-data.ts';
import { mustHaveItsDatabase } from './external-database.ts';
import { findInstance, isServing, isUp, mustFindInstance } from './instances.ts';
import { makeInstance } from './make-instance.ts';
import { isBegun } from './node-progress.ts';
import { mustSlot } from './slot-pairs.ts';
import { noteStuck, startAgain } from './start-again.ts';
import { isShared, stopsFirst } from './taking-over.ts';

const SERVING_POLL_MS = 100;

/** Nothing of the new release may be up, nor lie in the place of the old one's data: of all of it, or of one node. */
export interface MustBeFree {
  services: readonly ServiceSpec[];
  which: WhichMounts;
}

/** Starts a service of the old release, which was turned off, or may be about to be, with the policy that it had. */
export async function turnOnAgain(context: StepContext, service: ServiceSpec, free: MustBeFree): Promise<void> {
  const { host, from } = context;
  const found = await findInstance(context, from, service);
  if (found && !wasTouched(context, service)) return;
  if (!isUp(found)) await mustBeFree(context, free);
  const instance = found ?? (await makeAgain(context, service));
  const restartPolicy = context.facts().restartPolicies?.[service.name] ?? restartPolicyOf(service);
  // First the policy: where the start fails, a reboot or an administrator must find it as it was.
  await host.setRestartPolicy(instance.id, restartPolicy);
  // An engine that was down already may have a reason for it, which must not keep the others from coming back.
  if (!isUp(instance) && context.facts().downBefore?.includes(service.name)) return;
  if (isUp(instance)) {
    if (!mayBeStopping(context, service, instance)) return;
    await host.stopInstance(instance.id);
  }
  await mustBeFree(context, free);
  await untilReady(context, from, service).catch(() => undefined); // what was there is started in any case
  noteStuck(context, await startAgain(context, { release: from, service, instance, restartPolicy }));
}

/** Until a service of the old release answers as it did before, has ended, or has had the time that its gate gives it. */
export async function untilItServes(context: StepContext, service: ServiceSpec): Promise<void> {
  const { host, clock, from } = context;
  const deadlineMs = clock.monotonicMs() + service.gate.deadlineMs;
  const ports = context.facts().answeredPorts?.[service.name] ?? [];
  while (clock.monotonicMs() < deadlineMs) {
    const instance = await findInstance(context, from, service);
    if (!instance || !isUp(instance) || (await isServing(host, instance, ports))) return;
    await clock.sleep(SERVING_POLL_MS);
  }
}

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
  const wasToldTo = stopsFirst(context, service) || engines?.[service.name] !== undefined || isBegun(context, service);
  return wasToldTo && stoppedAtMs !== undefined && (startedAt?.getTime() ?? 0) < stoppedAtMs;
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
async function mustBeFree(context: StepContext, { services, which }: MustBeFree): Promise<void> {
  const { from, to } = context;
  for (const service of services) {
    if (isShared(context, service) || !isUp(await findInstance(context, to, service))) continue;
    throw new BelayError(
      'refused',
      `${to.version} could not be stopped, so ${from.version} is not started beside it.`,
      {
        hint: 'See what runs, and stop it: show containers',
      },
    );
  }
  if (from.slot !== to.slot) await mustBeInPlace(context, which);
  await mustHaveItsDatabase(context);
}

async function mustBeInPlace({ journal, slots, from }: StepContext, which: WhichMounts): Promise<void> {
  for (const mount of mustSlot(journal, from.slot).mounts.filter(which)) {
    if ((await slots.whereabouts(mount)) === 'in-place') continue;
    throw new BelayError('data-missing', `The data of ${from.version} is not in place at ${mount.path}.`, {
      hint: `Put it back there (it was set aside as ${mount.parkedPath ?? mount.path}), then start the container.`,
    });
  }
}

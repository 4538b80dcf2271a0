import { BelayError } from '../../domain/errors.ts';
import type { Instance } from '../../domain/ports/container-host.ts';
import type { Release } from '../../domain/release.ts';
import { NO_RESTART, type ServiceSpec } from '../../domain/service-spec.ts';
import type { Step, StepContext } from '../../domain/step.ts';
import { untilReady } from '../dependencies.ts';
import { findInstance, isUp, LABELS, mustFindInstance, whyNotStarted } from '../instances.ts';
import { operationLabels } from '../make-instance.ts';
import { exchangeNames } from '../names.ts';
import { mustSlot } from '../slot-pairs.ts';
import { noteStuck, startAgain } from '../start-again.ts';
import { endEarlyStart } from '../started-early.ts';
import { makeMissing } from './prepare.ts';

/** The switch itself: data into place, names swapped, the new release started. */
export const start: Step = {
  name: 'start',
  title: ({ to }) => `Start ${to.version} on its own data`,

  async check(context) {
    const { to, journal, slots } = context;
    for (const service of to.services) {
      const instance = await findInstance(context, to, service);
      if (!isUp(instance) || instance?.name !== service.containerName) return false;
    }
    const places = mustSlot(journal, to.slot).mounts.map((mount) => slots.whereabouts(mount));
    return (await Promise.all(places)).every((place) => place === 'in-place');
  },

  async run(context) {
    const { host, from, to, signal } = context;
    await makeMissing(context);
    await endEarlyStart(context);
    await Promise.all([exchangeData(context, from, to), exchangeNames(context, from, to)]);
    for (const service of to.services) {
      const instance = await mustFindInstance(context, to, service, signal);
      if (instance.restartPolicy.name !== NO_RESTART.name) await host.setRestartPolicy(instance.id, NO_RESTART);
      await untilReady(context, to, service);
      await startOrExplain(context, service, instance);
    }
  },

  async revert(context) {
    const { host, from, to } = context;
    for (const service of to.services.toReversed()) {
      const instance = await findInstance(context, to, service);
      if (!instance) continue;
      noteEndOfService(context, instance);
      if (isUp(instance)) await host.stopInstance(instance.id);
    }
    await exchangeNames(context, to, from);
    await exchangeData(context, to, from);
  },
};

/** Sets the data of one release aside and puts the other's in its place. Refuses what is not its data. */
async function exchangeData({ journal, slots, host }: StepContext, leaving: Release, coming: Release): Promise<void> {
  if (leaving.slot === coming.slot) return;
  const comingMounts = mustSlot(journal, coming.slot).mounts;
  for (const mount of comingMounts) {
    // The engine re-creates a missing volume, empty, at the next start.
    if (mount.volume && !(await host.inspectVolume(mount.volume))) {
      throw new BelayError('data-missing', `The volume ${mount.volume} with the data of ${coming.version} is gone.`);
    }
    await slots.locate(mount);
  }
  for (const mount of mustSlot(journal, leaving.slot).mounts) {
    if ((await slots.whereabouts(mount)) === 'in-place') await slots.park(mount);
  }
  for (const mount of comingMounts) await slots.place(mount);
}

// The new release may have answered for a while: that time was no downtime.
function noteEndOfService({ facts, learn, clock }: StepContext, instance: Instance): void {
  const { downtimeMs, servedUntilMs } = facts();
  if (downtimeMs === undefined || servedUntilMs !== undefined) return;
  const endedAt = isUp(instance) ? clock.now() : (instance.finishedAt ?? clock.now());
  learn({ servedUntilMs: endedAt.getTime() });
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

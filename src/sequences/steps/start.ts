import { BelayError } from '../../domain/errors.ts';
import type { Instance } from '../../domain/ports/container-host.ts';
import type { Release } from '../../domain/release.ts';
import type { ServiceSpec } from '../../domain/service-spec.ts';
import { startWaves } from '../../domain/start-order.ts';
import type { Step, StepContext } from '../../domain/step.ts';
import { isFatal, noteEngine, whyItFailed } from '../engine-progress.ts';
import { findInstance, isUp } from '../instances.ts';
import { isMountPoint, leftBehind, slotsOf } from '../mount-points.ts';
import { exchangeNames } from '../names.ts';
import { mustSlot } from '../slot-pairs.ts';
import { startService } from '../start-service.ts';
import { endEarlyStart } from '../started-early.ts';
import { isShared, mayFail, takesOver } from '../taking-over.ts';
import { makeMissing } from './prepare.ts';

/** The switch itself: data into place, names swapped, the new release started. */
export const start: Step = {
  name: 'start',
  title: ({ to }) => `Start ${to.version} on its own data`,

  async check(context) {
    const { to, journal, slots } = context;
    for (const service of to.services) {
      if (!takesOver(context, service)) continue;
      const instance = await findInstance(context, to, service);
      if (!isUp(instance) || instance?.name !== service.containerName) return false;
    }
    const places = mustSlot(journal, to.slot).mounts.map((mount) => slots.whereabouts(mount));
    return (await Promise.all(places)).every((place) => place === 'in-place');
  },

  async run(context) {
    const { from, to } = context;
    await makeMissing(context);
    await endEarlyStart(context);
    const services = to.services.filter((service) => takesOver(context, service));
    const isOne = ({ name }: ServiceSpec) => services.some((service) => service.name === name);
    await Promise.all([exchangeData(context, from, to), exchangeNames(context, from, to, isOne)]);
    for (const wave of startWaves(services)) {
      // All of them have been answered for before anything is taken back.
      const started = await Promise.allSettled(wave.map((service) => startOrNote(context, service)));
      const failed = started.find(({ status }) => status === 'rejected');
      if (failed) throw (failed as PromiseRejectedResult).reason;
    }
  },

  async revert(context) {
    const { host, from, to } = context;
    for (const service of to.services.toReversed()) {
      const instance = isShared(context, service) ? null : await findInstance(context, to, service);
      if (!instance) continue;
      noteEndOfService(context, instance);
      if (isUp(instance)) await host.stopInstance(instance.id);
    }
    await exchangeNames(context, to, from);
    await exchangeData(context, to, from);
  },
};

/** Sets the data of one release aside and puts the other's in its place. Refuses what is not its data. */
async function exchangeData(context: StepContext, leaving: Release, coming: Release): Promise<void> {
  const { journal, slots, host, facts, report } = context;
  if (leaving.slot === coming.slot) return;
  const { leaving: leavingSlot, coming: comingSlot } = slotsOf(journal, leaving, coming);
  const comingMounts = comingSlot.mounts;
  for (const mount of comingMounts) {
    // The engine re-creates a missing volume, empty, at the next start.
    if (mount.volume && !(await host.inspectVolume(mount.volume))) {
      throw new BelayError('data-missing', `The volume ${mount.volume} with the data of ${coming.version} is gone.`);
    }
    await slots.locate(mount);
  }
  for (const mount of leavingSlot.mounts) {
    if ((await slots.whereabouts(mount)) === 'in-place') await slots.park(mount);
  }
  for (const mount of comingMounts) {
    const left = leftBehind(leavingSlot, comingSlot, mount);
    const isCopied = left.as !== 'alike' && (await isMountPoint(slots, mount));
    if (isCopied) report({ detail: `copying the data of ${coming.version} to ${mount.path}` });
    await slots.place(mount, { ...left, copiedSinceMs: facts().setAsideSinceMs?.[mount.key] });
    if (isCopied) report({ detail: null });
  }
}

// The new release may have answered for a while: that time was no downtime.
function noteEndOfService({ facts, learn, clock }: StepContext, instance: Instance): void {
  const { downtimeMs, servedUntilMs } = facts();
  if (downtimeMs === undefined || servedUntilMs !== undefined) return;
  const endedAt = isUp(instance) ? clock.now() : (instance.finishedAt ?? clock.now());
  learn({ servedUntilMs: endedAt.getTime() });
}

/** An engine that does not start holds up nothing: there is a step of its own for it, which tries again. */
async function startOrNote(context: StepContext, service: ServiceSpec): Promise<void> {
  try {
    await startService(context, service);
  } catch (thrown) {
    if (!mayFail(context, service) || isFatal(context, thrown)) throw thrown;
    noteEngine(context, service, whyItFailed(thrown));
  }
}

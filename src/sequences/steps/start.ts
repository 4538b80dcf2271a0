import type { Instance } from '../../domain/ports/container-host.ts';
import type { ServiceSpec } from '../../domain/service-spec.ts';
import { startWaves } from '../../domain/start-order.ts';
import type { Step, StepContext } from '../../domain/step.ts';
import { mustHaveItsData } from '../data-in-place.ts';
import { isFatal, noteEngine, whyItFailed } from '../engine-progress.ts';
import { exchangeData, type WhichMounts } from '../exchange-data.ts';
import { findInstance, isUp } from '../instances.ts';
import { exchangeNames } from '../names.ts';
import { mustSlot } from '../slot-pairs.ts';
import { startService } from '../start-service.ts';
import { endEarlyStart } from '../started-early.ts';
import { isShared, keysInTurn, mayFail, takesOver } from '../taking-over.ts';
import { makeMissing } from './prepare.ts';

/** The switch itself: data into place, names swapped, the new release started. */
export const start: Step = {
  name: 'start',
  title: ({ to }) => `Start ${to.version} on its own data`,

  async check(context) {
    const { to, journal, slots } = context;
    const own = to.services.filter((service) => takesOver(context, service));
    const areUp = await Promise.all(
      own.map(async (service) => {
        const instance = await findInstance(context, to, service);
        return isUp(instance) && instance?.name === service.containerName;
      }),
    );
    if (areUp.includes(false)) return false;
    const later = keysInTurn(context);
    const mounts = mustSlot(journal, to.slot).mounts.filter(({ key }) => !later.has(key));
    const places = mounts.map((mount) => slots.whereabouts(mount));
    return (await Promise.all(places)).every((place) => place === 'in-place');
  },

  async run(context) {
    const { from, to } = context;
    await makeMissing(context);
    await endEarlyStart(context);
    // Nothing changes places where both have the same data: then nobody else looks whether it is still there.
    if (from.id !== to.id && from.slot === to.slot) await mustHaveItsData(context, to);
    const services = to.services.filter((service) => takesOver(context, service));
    const isOne = ({ name }: ServiceSpec) => services.some((service) => service.name === name);
    const later = keysInTurn(context);
    const which: WhichMounts = ({ key }) => !later.has(key);
    await Promise.all([exchangeData(context, from, to, which), exchangeNames(context, from, to, isOne)]);
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

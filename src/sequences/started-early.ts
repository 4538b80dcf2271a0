import { BelayError } from '../domain/errors.ts';
import type { ServiceSpec } from '../domain/service-spec.ts';
import type { StepContext } from '../domain/step.ts';
import type { WhichMounts } from './exchange-data.ts';
import { findInstance, isUp } from './instances.ts';
import { mustSlot } from './slot-pairs.ts';
import { isShared } from './taking-over.ts';

/** One service, and the mounts that are its own. */
export interface OnItsOwn {
  service: ServiceSpec;
  which: WhichMounts;
}

/**
 * Somebody may start the new release by hand before its data are ready. On a clone that is still being made
 * it has written into that: `refused`, and the operation goes back. On data of its own it is stopped, because
 * what it has mounted may be the other release's. With `one` only that service is looked at.
 */
export async function endEarlyStart(context: StepContext, one?: OnItsOwn): Promise<void> {
  const { journal, host, slots, to, signal } = context;
  const slot = mustSlot(journal, to.slot);
  const mounts = slot.mounts.filter(one?.which ?? (() => true));
  const places = await Promise.all(mounts.map((mount) => slots.whereabouts(mount)));
  if (mounts.length === 0 || (slot.state !== 'preparing' && places.every((place) => place === 'in-place'))) return;
  for (const service of one ? [one.service] : to.services) {
    if (isShared(context, service)) continue;
    const instance = await findInstance(context, to, service, signal);
    if (!instance) continue;
    if (slot.state === 'preparing' && instance.startedAt !== null) {
      throw new BelayError(
        'refused',
        `Somebody has started the container ${instance.name} by hand before its data were ready.`,
      );
    }
    if (isUp(instance)) await host.stopInstance(instance.id, signal);
  }
}

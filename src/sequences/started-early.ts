import { BelayError } from '../domain/errors.ts';
import type { StepContext } from '../domain/step.ts';
import { findInstance, isUp } from './instances.ts';
import { mustSlot } from './slot-pairs.ts';
import { isShared } from './taking-over.ts';

/**
 * Somebody may start the new release by hand before its data are ready. On a clone that is still being made
 * it has written into that: `refused`, and the operation goes back. On data of its own it is stopped, because
 * what it has mounted may be the other release's.
 */
export async function endEarlyStart(context: StepContext): Promise<void> {
  const { journal, host, slots, to, signal } = context;
  const slot = mustSlot(journal, to.slot);
  const places = await Promise.all(slot.mounts.map((mount) => slots.whereabouts(mount)));
  if (slot.mounts.length === 0 || (slot.state !== 'preparing' && places.every((place) => place === 'in-place'))) return;
  for (const service of to.services) {
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

import { deadlineIn } from '../../domain/confirmation.ts';
import { BelayError } from '../../domain/errors.ts';
import type { Step } from '../../domain/step.ts';
import { mustSlot } from '../slot-pairs.ts';

/** One transaction: from here on the new release is the active one, and a failure goes forward. */
export const commit: Step = {
  name: 'commit',
  title: ({ to }) => `Make ${to.version} the active release`,
  recordsOutcome: true,

  check: async ({ journal, operation }) => journal.appliance(operation.appliance)?.active === operation.to,

  async run({ journal, slots, operation, to, clock, signal, facts }) {
    const { mounts } = mustSlot(journal, to.slot);
    for (const mount of mounts) {
      // Where somebody took the data away just before the start, the engine has made an empty directory of that name.
      if ((await slots.whereabouts(mount)) === 'in-place') continue;
      throw new BelayError(
        'data-missing',
        `${to.version} does not run on its data: it is not at ${mount.path} any more.`,
      );
    }
    // The clone must be on the disk before the journal says that it is the data.
    await slots.flush(mounts.map(({ path }) => path));
    signal.throwIfAborted();
    const { confirmWithinMs: windowMs } = facts();
    const confirmation = windowMs === undefined ? undefined : { windowMs, ...deadlineIn(windowMs, clock) };
    journal.commit(operation.id, 'commit', clock.now(), confirmation);
  },
};

import type { Step } from '../../domain/step.ts';
import { movedMount } from '../moved-mount.ts';
import { clonePath } from '../slot-pairs.ts';

/** Gives the clone to the user who needs it in the container, before anything is started on it. */
export const setOwner: Step = {
  name: 'set-owner',
  title: () => 'Set the owner of the data',

  check: async (context) => context.facts().move?.owner == null,

  async run(context) {
    const { owner } = context.facts().move ?? {};
    if (owner) await context.slots.setOwner(clonePath(movedMount(context)), owner, context.signal);
  },
};

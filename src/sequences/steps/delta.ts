import type { Step } from '../../domain/step.ts';
import { levelClones } from '../level-clones.ts';
import { endEarlyStart } from '../started-early.ts';
import { keysInTurn } from '../taking-over.ts';

/** Brings the clone level with the original, which nobody writes any more. */
export const delta: Step = {
  name: 'delta',
  title: () => 'Bring the clone level',

  check: async () => false,

  async run(context) {
    await endEarlyStart(context);
    const later = keysInTurn(context);
    await levelClones(context, ({ key }) => !later.has(key));
  },
};

import type { Sequence } from '../domain/step.ts';
import { gate } from './steps/gate.ts';
import { prepare } from './steps/prepare.ts';
import { pull } from './steps/pull.ts';
import { cleanUp, cloneLive, isolate, preflightRehearsal, startRehearsal } from './steps/rehearse.ts';

/**
 * The new version on a clone of today's data, cut off from the world, while the old one serves. Whatever happens, all
 * that was made is taken away again.
 */
export const rehearsal: Sequence = {
  kind: 'rehearsal',
  steps: [preflightRehearsal, pull, cloneLive, isolate, prepare, startRehearsal, gate, cleanUp],
  switchesAt: cleanUp.name,
  forwardFrom: cleanUp.name,
};

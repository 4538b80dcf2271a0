import type { Sequence } from '../domain/step.ts';
import { gateOfRollback } from './steps/gate.ts';
import { preflightRepair } from './steps/preflight-repair.ts';
import { recreate } from './steps/recreate.ts';
import { restartPolicy } from './steps/restart-policy.ts';
import { revive } from './steps/revive.ts';
import { setRight } from './steps/set-right.ts';

/**
 * Brings the containers of the active release back to what the release says, on its own data, which is
 * never touched. There is nothing to go back to: once it has begun, it only goes on.
 */
export const repair: Sequence = {
  kind: 'repair',
  steps: [preflightRepair, recreate, setRight, revive, gateOfRollback, restartPolicy],
  switchesAt: recreate.name,
  forwardFrom: recreate.name,
};

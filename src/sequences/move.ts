import type { Sequence } from '../domain/step.ts';
import { commit } from './steps/commit.ts';
import { delta } from './steps/delta.ts';
import { gate } from './steps/gate.ts';
import { preCopy } from './steps/pre-copy.ts';
import { preflightMove } from './steps/preflight-move.ts';
import { prepare } from './steps/prepare.ts';
import { restartPolicy } from './steps/restart-policy.ts';
import { setOwner } from './steps/set-owner.ts';
import { start } from './steps/start.ts';
import { stop } from './steps/stop.ts';

/**
 * The same version on a clone of its data that lies somewhere else. What was there before stays with the release that
 * is left: until the commit every failure ends there by itself, and `rollback system` returns to it afterwards.
 */
export const move: Sequence = {
  kind: 'move',
  steps: [
    preflightMove,
    preCopy,
    prepare,
    // downtime begins
    stop,
    delta,
    setOwner, // only where an owner was named
    start,
    gate,
    // downtime has ended when the gate's first probe passed
    commit,
    restartPolicy,
  ],
  switchesAt: stop.name,
  forwardFrom: restartPolicy.name,
};

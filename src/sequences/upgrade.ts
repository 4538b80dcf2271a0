import type { Sequence } from '../domain/step.ts';
import { backUp, handOver } from './steps/back-up.ts';
import { commit } from './steps/commit.ts';
import { delta } from './steps/delta.ts';
import { engines } from './steps/engines.ts';
import { gate } from './steps/gate.ts';
import { nodes } from './steps/nodes.ts';
import { preCopy } from './steps/pre-copy.ts';
import { preflightUpgrade } from './steps/preflight-upgrade.ts';
import { prepare } from './steps/prepare.ts';
import { pull } from './steps/pull.ts';
import { quiesce, thaw } from './steps/quiesce.ts';
import { restartPolicy } from './steps/restart-policy.ts';
import { start } from './steps/start.ts';
import { stop } from './steps/stop.ts';

/**
 * The new version runs on a clone of the data; the old container and its data stay as they were. Until
 * the commit every failure ends on the old release by itself, after it only forward.
 */
export const upgrade: Sequence = {
  kind: 'upgrade',
  steps: [
    preflightUpgrade,
    pull,
    preCopy,
    prepare,
    // the vendor's hooks, where there are any
    quiesce,
    backUp,
    // downtime begins
    stop,
    delta,
    handOver,
    start,
    // downtime ends when the gate's first probe passes
    gate,
    // the other nodes of the controller, one after the other
    nodes,
    // the service engines, a few at a time
    engines,
    commit,
    restartPolicy,
    thaw,
  ],
  switchesAt: stop.name,
  forwardFrom: restartPolicy.name,
};

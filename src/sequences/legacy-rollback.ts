import type { Sequence } from '../domain/step.ts';
import { commit } from './steps/commit.ts';
import { delta } from './steps/delta.ts';
import { followed } from './steps/followed.ts';
import { gateOfLegacy, legacy } from './steps/legacy.ts';
import { preCopy } from './steps/pre-copy.ts';
import { preflightUpgrade } from './steps/preflight-upgrade.ts';
import { prepare } from './steps/prepare.ts';
import { restartPolicy } from './steps/restart-policy.ts';
import { start } from './steps/start.ts';
import { stop } from './steps/stop.ts';

/**
 * Going back as the vendor's older versions do: by a command inside each node, and a restart. It is run on a copy, in
 * containers of its own; what ran before and its data stay as they were. Until the commit every failure ends there.
 */
export const legacyRollback: Sequence = {
  kind: 'legacy-rollback',
  steps: [
    preflightUpgrade,
    preCopy,
    prepare,
    // downtime begins
    stop,
    delta,
    start,
    legacy,
    gateOfLegacy,
    // the service engines, which go after the controller by themselves
    followed,
    commit,
    restartPolicy,
  ],
  switchesAt: stop.name,
  forwardFrom: restartPolicy.name,
};

import type { Sequence } from '../domain/step.ts';
import { commit } from './steps/commit.ts';
import { delta } from './steps/delta.ts';
import { gate } from './steps/gate.ts';
import { preflightRestore } from './steps/preflight-restore.ts';
import { prepare } from './steps/prepare.ts';
import { restartPolicy } from './steps/restart-policy.ts';
import { setAside } from './steps/set-aside.ts';
import { start } from './steps/start.ts';
import { stop } from './steps/stop.ts';
import { unpack } from './steps/unpack.ts';

/**
 * Puts the data of a snapshot under the version that runs. Today's data is set aside and stays with the release that
 * is left; until the commit every failure ends there by itself.
 */
export const restore: Sequence = {
  kind: 'restore',
  steps: [
    preflightRestore,
    unpack,
    setAside, // only where a mount point keeps the data from being renamed
    prepare,
    // downtime begins
    stop,
    delta, // only for mounts that the snapshot does not have
    start,
    gate,
    // downtime has ended when the gate's first probe passed
    commit,
    restartPolicy,
  ],
  switchesAt: stop.name,
  forwardFrom: restartPolicy.name,
};

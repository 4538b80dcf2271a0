import type { Sequence } from '../domain/step.ts';
import { backUp, restoreDatabase } from './steps/back-up.ts';
import { commit } from './steps/commit.ts';
import { enginesOfRollback } from './steps/engines.ts';
import { gateOfRollback } from './steps/gate.ts';
import { preflightRollback } from './steps/preflight-rollback.ts';
import { prepare } from './steps/prepare.ts';
import { quiesceOfRollback, thaw } from './steps/quiesce.ts';
import { restartPolicy } from './steps/restart-policy.ts';
import { setApart } from './steps/set-apart.ts';
import { setAside } from './steps/set-aside.ts';
import { start } from './steps/start.ts';
import { stop } from './steps/stop.ts';
import { unpack } from './steps/unpack.ts';

/**
 * Stop the active release, start the frozen one on its own data: constant time, no registry, no copy. Where its
 * data has become an archive, it is unpacked first, while what runs goes on; in a mount point it is copied.
 * Never itself rolled back by machine: once it has begun to stop, it only goes on.
 */
export const rollback: Sequence = {
  kind: 'rollback',
  steps: [
    preflightRollback,
    unpack,
    setAside, // only where a mount point keeps the data from being renamed
    prepare,
    // the vendor's hooks, where there are any
    quiesceOfRollback,
    backUp,
    // all service engines at once, together with the controller
    stop,
    restoreDatabase,
    start,
    gateOfRollback,
    enginesOfRollback,
    setApart, // those that joined since
    commit,
    restartPolicy,
    thaw,
  ],
  switchesAt: stop.name,
  forwardFrom: stop.name,
};

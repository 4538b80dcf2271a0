import type { Sequence } from '../domain/step.ts';
import { commit } from './steps/commit.ts';
import { gate } from './steps/gate.ts';
import { preflightInstall } from './steps/preflight-install.ts';
import { prepare } from './steps/prepare.ts';
import { pull } from './steps/pull.ts';
import { restartPolicy } from './steps/restart-policy.ts';
import { start } from './steps/start.ts';
import { storage } from './steps/storage.ts';

/**
 * Brings up an appliance where there was nothing. Until the commit every failure takes away all that was
 * made; from there the appliance is Belay's. The release that it leaves is the one that it brings up.
 */
export const install: Sequence = {
  kind: 'install',
  steps: [preflightInstall, pull, storage, prepare, start, gate, commit, restartPolicy],
  switchesAt: commit.name,
  forwardFrom: restartPolicy.name,
};

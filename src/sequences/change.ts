import type { Sequence, Step } from '../domain/step.ts';
import { commit } from './steps/commit.ts';
import { enginesOfChange } from './steps/engines.ts';
import { gate } from './steps/gate.ts';
import { preflightChange } from './steps/preflight-change.ts';
import { prepare } from './steps/prepare.ts';
import { pull } from './steps/pull.ts';
import { restartPolicy } from './steps/restart-policy.ts';
import { start } from './steps/start.ts';
import { stop } from './steps/stop.ts';
import { bringBackUntouched } from './untouched.ts';

/** What is said of a step where only some services are concerned. */
const called = (step: Step, title: string): Step => ({ ...step, title: () => title });

const stopOfChange: Step = {
  ...stop,
  async revert(context) {
    await stop.revert?.(context);
    await bringBackUntouched(context, context.from);
  },
};

const untilAllRun = (step: Step): Step => ({
  ...step,
  async run(context) {
    await step.run(context);
    await bringBackUntouched(context, context.to);
  },
});

/**
 * A new release on the same data, in which some services are others than before: another image, other settings. Only
 * those get new containers; the others go on untouched. Until the commit every failure puts the old ones back; of the
 * service engines one that fails is told, and holds up no other.
 */
export const change: Sequence = {
  kind: 'change',
  steps: [
    preflightChange,
    called(pull, 'Fetch the images'),
    called(prepare, 'Prepare the new containers'),
    called(stopOfChange, 'Turn off what is exchanged'),
    called(start, 'Start the new containers'),
    untilAllRun(gate),
    // service engines that are exchanged or added, a few at a time
    untilAllRun(enginesOfChange),
    called(commit, 'Make it the active release'),
    called(restartPolicy, 'Let it come back by itself after a reboot'),
  ],
  switchesAt: stop.name,
  forwardFrom: restartPolicy.name,
};

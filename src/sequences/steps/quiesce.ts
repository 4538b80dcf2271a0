import { toBelayError } from '../../domain/errors.ts';
import type { Step, StepContext } from '../../domain/step.ts';
import { endHook, runHook } from '../run-hook.ts';

/** The vendor's hook that has what runs write nothing more, so that a backup is of one moment. */
export const quiesce: Step = {
  name: 'quiesce',
  title: ({ from }) => `Quiesce ${from.version}`,
  check: async () => false,
  run: (context) => runHook(context, 'quiesce', context.from),

  async revert(context) {
    await endHook(context, 'quiesce', context.from);
    await runHook(context, 'thaw', context.from);
  },
};

/** What is rolled back may be too broken for it: that is noted, and it goes on. */
export const quiesceOfRollback: Step = {
  ...quiesce,

  async run(context) {
    await runHook(context, 'quiesce', context.from).catch((thrown) => onlyFailed(context, thrown));
  },
};

/** Once the new release has taken over, a failure is told and changes nothing. */
export const thaw: Step = {
  name: 'thaw',
  title: ({ to }) => `Thaw ${to.version}`,
  check: async () => false,

  async run(context) {
    const { to, facts, learn } = context;
    await runHook(context, 'thaw', to).catch((thrown) => {
      const { message } = onlyFailed(context, thrown);
      const doubt = `${to.version} runs, and may still be quiesced: ${message}`;
      learn({ doubt: [facts().doubt, doubt].filter(Boolean).join(' ') });
    });
  },
};

function onlyFailed({ signal }: StepContext, thrown: unknown) {
  const error = toBelayError(thrown);
  if (error.code !== 'hook-failed' || signal.aborted) throw thrown;
  return error;
}

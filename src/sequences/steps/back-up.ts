import type { Step } from '../../domain/step.ts';
import { mustHaveItsDatabase, restoreBackup } from '../external-database.ts';
import { endHook, runHook } from '../run-hook.ts';

/** The vendor's hook that backs up what Belay cannot clone. Where it fails, nothing has been touched. */
export const backUp: Step = {
  name: 'backup',
  title: ({ from }) => `Back up the external data of ${from.version}`,
  check: async () => false,
  run: (context) => runHook(context, 'backup', context.from),
  revert: (context) => endHook(context, 'backup', context.from),
};

/** From here on the new release may change what is outside of its mounts: going back restores the backup. */
export const handOver: Step = {
  name: 'hand-over',
  title: ({ to }) => `Let ${to.version} at the external data`,
  check: async () => false,
  run: async (context) => context.report({ detail: 'going back restores the backup from here on' }),

  async revert(context) {
    await restoreBackup(context);
    await mustHaveItsDatabase(context);
  },
};

/** Of a rollback: the backup that was made when the release gone back to was left. */
export const restoreDatabase: Step = {
  name: 'restore-database',
  title: ({ to }) => `Restore the external data of ${to.version}`,
  check: async () => false, // what is left of an earlier try is removed in any case

  async run(context) {
    const isDone = context.facts().hookRuns?.some(({ hook, exitCode }) => hook === 'restore' && exitCode === 0);
    if (!isDone) return runHook(context, 'restore', context.to);
    await endHook(context, 'restore', context.to);
    await endHook(context, 'backup', context.from);
  },
};

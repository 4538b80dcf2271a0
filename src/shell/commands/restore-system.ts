import { carryOut } from '../carry-out.ts';
import { command } from '../command.ts';
import { place, snapshot } from '../kinds.ts';
import { restorePlanLines } from '../views/snapshots.ts';

const parameters = [
  { name: 'snapshot', kind: snapshot, help: 'The snapshot' },
  {
    name: 'mount',
    kind: place,
    help: 'A directory of the containers, such as /var/lib/mysql',
    optional: true,
    after: { word: 'mount', help: 'Restore one mount only' },
  },
] as const;

const wanted = (values: { snapshot: string; mount: string | undefined }) => ({
  snapshot: values.snapshot,
  ...(values.mount === undefined ? {} : { mount: values.mount }),
});

export const restoreSystem = command({
  words: ['restore', 'system'],
  summary: 'Put the data of a snapshot under the version that runs',
  about:
    "The data is brought back beside what runs, which is then started on it. Today's data is set aside and stays " +
    'with the release that is left: rollback system returns to it. What fails goes back by itself.',
  effect: 'changes',
  examples: ['restore system SPQXVNXFGXU', 'restore system SPQXVNXFGXU mount /var/lib/mysql'],
  parameters,
  async run(values, context) {
    const { client, signal } = context;
    return carryOut(context, {
      plan: () => client.restorePlan(wanted(values), signal),
      lines: (plan, screen) => restorePlanLines(plan, screen, 'without steps'),
      begin: () => client.restore(wanted(values), signal),
    });
  },
});

export const showRestorePlan = command({
  words: ['show', 'restore', 'plan'],
  summary: 'What a restore would do; changes nothing',
  about: 'What each mount would get, how long it would take, what is set aside, and the steps.',
  effect: 'looks',
  examples: ['show restore plan SPQXVNXFGXU'],
  parameters,
  async run(values, { client, output, signal, nowMs, answer }) {
    const screen = { width: output.width, nowMs: nowMs(), paint: output.paint };
    return answer(await client.restorePlan(wanted(values), signal), (plan) =>
      restorePlanLines(plan, screen, 'with steps'),
    );
  },
});

import { command } from '../command.ts';
import { exitCode } from '../failure.ts';
import { place, snapshot } from '../kinds.ts';
import { requireNoObstacle } from '../obstacles.ts';
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
  async run(values, { client, output, options, signal, nowMs, confirm, follow, answer }) {
    if (!options.yes) {
      const plan = await client.restorePlan(wanted(values), signal);
      const screen = { width: output.width, nowMs: nowMs(), paint: output.paint };
      requireNoObstacle(plan);
      if (!(await confirm(restorePlanLines(plan, screen, 'without steps')))) return exitCode.refused;
    }
    const operation = await client.restore(wanted(values), signal);
    if (!options.noWait) return follow(operation);
    return answer(operation, () => [`Accepted as ${operation.id}. To watch it: show upgrade status watch`]);
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

import { command } from '../command.ts';
import { exitCode } from '../failure.ts';
import { requireNoObstacle } from '../obstacles.ts';
import { earlierRelease } from '../release-kinds.ts';
import { resolveRelease } from '../resolve-release.ts';
import { rollbackPlanLines } from '../views/plans.ts';

export const rollbackSystem = command({
  words: ['rollback', 'system'],
  summary: 'Go back to the version before, with its data',
  about:
    'Shows what changed since, asks, stops what runs and starts the earlier release on its own data. What is left is ' +
    'kept: rolling back to it returns there, with the data written since.',
  effect: 'changes',
  examples: ['rollback system', 'rollback system to RHKOIXXVDMJ'],
  parameters: [
    {
      name: 'release',
      kind: earlierRelease,
      help: 'The release to go to',
      optional: true,
      after: { word: 'to', help: 'Choose the release' },
    },
  ],
  async run(values, { client, output, options, signal, nowMs, confirm, follow, answer }) {
    const release = values.release === undefined ? undefined : await resolveRelease(client, values.release, signal);
    if (!options.yes) {
      const plan = await client.rollbackPlan(release, signal);
      const screen = { width: output.width, nowMs: nowMs(), paint: output.paint };
      requireNoObstacle(plan);
      if (!(await confirm(rollbackPlanLines(plan, screen, 'in short')))) return exitCode.refused;
    }
    const operation = await client.rollback(release === undefined ? {} : { release }, signal);
    if (!options.noWait) return follow(operation);
    return answer(operation, () => [`Accepted as ${operation.id}. To watch it: show upgrade status watch`]);
  },
});

import { command } from '../command.ts';
import { exitCode } from '../failure.ts';
import { version } from '../kinds.ts';
import { requireNoObstacle } from '../obstacles.ts';
import { upgradePlanLines } from '../views/plans.ts';

export const upgradeSystem = command({
  words: ['upgrade', 'system'],
  summary: 'Move the appliance to another version',
  about:
    'Shows the plan, asks, and runs it. The new version works on a copy of the data and takes over only when it has ' +
    'proved itself; otherwise the old one comes back by itself. The old version and its data stay for rollback system.',
  effect: 'changes',
  examples: ['upgrade system 2.1.0', 'upgrade system 2.1.0 --yes --no-wait'],
  parameters: [{ name: 'version', kind: version, help: 'The version to run' }],
  async run(values, { client, output, options, signal, nowMs, confirm, follow, answer }) {
    if (!options.yes) {
      const plan = await client.upgradePlan(values.version, signal);
      const screen = { width: output.width, nowMs: nowMs(), paint: output.paint };
      requireNoObstacle(plan);
      if (!(await confirm(upgradePlanLines(plan, screen, 'without steps')))) return exitCode.refused;
    }
    const operation = await client.upgrade({ version: values.version }, signal);
    if (!options.noWait) return follow(operation);
    return answer(operation, () => [`Accepted as ${operation.id}. To watch it: show upgrade status watch`]);
  },
});

import { command } from '../command.ts';
import { exitCode } from '../failure.ts';
import { version } from '../kinds.ts';
import { requireNoObstacle } from '../obstacles.ts';
import { confirmWithin, force, upgradeInput } from '../parameters.ts';
import { upgradePlanLines } from '../views/plans.ts';

export const upgradeSystem = command({
  words: ['upgrade', 'system'],
  summary: 'Move the appliance to another version',
  about:
    'Shows the plan, asks, and runs it. The new version works on a copy of the data and takes over only when it has ' +
    'proved itself; otherwise the old one comes back by itself. The old version and its data stay for rollback system. ' +
    'With confirm-within it goes back by itself later as well, unless confirm system is typed in time. ' +
    'A version that did not prove itself is quarantined, by its digest: it is only tried again with force.',
  effect: 'changes',
  examples: ['upgrade system 2.1.0', 'upgrade system 2.1.0 confirm-within 10m', 'upgrade system 2.1.0 --yes --no-wait'],
  parameters: [{ name: 'version', kind: version, help: 'The version to run' }, confirmWithin, force],
  async run(values, { client, output, options, signal, nowMs, confirm, follow, answer }) {
    const input = upgradeInput(values);
    if (!options.yes) {
      const plan = await client.upgradePlan(input, signal);
      const screen = { width: output.width, nowMs: nowMs(), paint: output.paint };
      requireNoObstacle(plan);
      if (!(await confirm(upgradePlanLines(plan, screen, 'without steps')))) return exitCode.refused;
    }
    const operation = await client.upgrade(input, signal);
    if (!options.noWait) return follow(operation);
    return answer(operation, () => [`Accepted as ${operation.id}. To watch it: show upgrade status watch`]);
  },
});

import { command } from '../command.ts';
import { exitCode } from '../failure.ts';
import { follower } from '../follower-kind.ts';
import { requireNoObstacle } from '../obstacles.ts';
import { changePlanLines } from '../views/change.ts';

export const updateEngines = command({
  words: ['update', 'engines'],
  summary: 'Bring engines and helpers that are behind to the version of the controller',
  about:
    'Gives service engines that did not follow an upgrade, and helpers whose image waits (update: on-change, ' +
    'on-request), a new container on the same data; whatever else runs goes on untouched. Where one of them does not ' +
    'prove itself, the old ones are put back. It makes a new release: rollback system returns to the one before.',
  effect: 'changes',
  examples: ['update engines', 'update engines agent-2', 'update engines --yes'],
  parameters: [{ name: 'name', kind: follower, help: 'Only this engine or helper', optional: true }],
  async run(values, { client, output, options, signal, nowMs, confirm, follow, answer }) {
    const input = values.name === undefined ? {} : { name: values.name };
    if (!options.yes) {
      const plan = await client.engineUpdatePlan(input, signal);
      requireNoObstacle(plan);
      const screen = { width: output.width, nowMs: nowMs(), paint: output.paint };
      if (!(await confirm(changePlanLines(plan, screen)))) return exitCode.refused;
    }
    const operation = await client.updateEngines(input, signal);
    if (!options.noWait) return follow(operation);
    return answer(operation, () => [`Accepted as ${operation.id}. To watch it: show upgrade status watch`]);
  },
});

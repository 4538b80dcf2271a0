import { command } from '../command.ts';
import { exitCode } from '../failure.ts';
import { version } from '../kinds.ts';
import { requireNoObstacle } from '../obstacles.ts';
import { rehearsalPlanLines } from '../views/rehearsal.ts';

export const rehearseUpgrade = command({
  words: ['rehearse', 'upgrade'],
  summary: 'Try a version on a clone of the data; what runs goes on',
  about:
    'Runs the version on a clone of the data of this moment, with its migrations and its gate, without ports and on a ' +
    'network that nothing leaves, while the appliance serves. Then says whether it would work, and for how long the ' +
    'upgrade would be down. Everything is taken away again. abort upgrade ends it.',
  effect: 'changes',
  examples: ['rehearse upgrade 2.1.0', 'rehearse upgrade 2.1.0 --yes --no-wait'],
  parameters: [{ name: 'version', kind: version, help: 'The version to try' }],
  async run({ version }, { client, output, options, signal, nowMs, confirm, follow, answer }) {
    if (!options.yes) {
      const plan = await client.rehearsalPlan({ version }, signal);
      requireNoObstacle(plan);
      const screen = { width: output.width, nowMs: nowMs(), paint: output.paint };
      if (!(await confirm(rehearsalPlanLines(plan, screen)))) return exitCode.refused;
    }
    const operation = await client.rehearse({ version }, signal);
    if (!options.noWait) return follow(operation);
    return answer(operation, () => [`Accepted as ${operation.id}. To watch it: show upgrade status watch`]);
  },
});

import { command } from '../command.ts';
import { exitCode } from '../failure.ts';
import { requireNoObstacle } from '../obstacles.ts';
import { repairPlanLines } from '../views/plans.ts';

export const repairSystem = command({
  words: ['repair', 'system'],
  summary: 'Bring what runs back to what its release says',
  about:
    'Makes a container of the active release that was removed again, gives it its name, limits and restart policy, and ' +
    'starts it, on its own data, which is not touched. Refused where that data is gone. What differs: show system.',
  effect: 'changes',
  examples: ['repair system', 'repair system --yes'],
  parameters: [],
  async run(_values, { client, output, options, signal, nowMs, confirm, follow, answer }) {
    if (!options.yes) {
      const plan = await client.repairPlan(signal);
      requireNoObstacle(plan);
      const screen = { width: output.width, nowMs: nowMs(), paint: output.paint };
      if (!(await confirm(repairPlanLines(plan, screen)))) return exitCode.refused;
    }
    const operation = await client.repair(signal);
    if (!options.noWait) return follow(operation);
    return answer(operation, () => [`Accepted as ${operation.id}. To watch it: show upgrade status watch`]);
  },
});

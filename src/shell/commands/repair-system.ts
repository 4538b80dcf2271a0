import { carryOut } from '../carry-out.ts';
import { command } from '../command.ts';
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
  async run(_values, context) {
    const { client, signal } = context;
    return carryOut(context, {
      plan: () => client.repairPlan(signal),
      lines: repairPlanLines,
      begin: () => client.repair(signal),
    });
  },
});

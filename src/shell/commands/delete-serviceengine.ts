import { command } from '../command.ts';
import { serviceEngine } from '../engine-kinds.ts';
import { carryOut } from '../planned-change.ts';
import { changePlanLines } from '../views/change.ts';

export const deleteServiceEngine = command({
  words: ['delete', 'serviceengine'],
  summary: 'Be without a service engine',
  about:
    'Asks first. One that runs is turned off, in a new release that does not have it: its container stays, and rollback ' +
    'system returns to it.',
  effect: 'changes',
  examples: ['delete serviceengine agent-3'],
  parameters: [{ name: 'name', kind: serviceEngine, help: 'The service engine' }],
  async run(values, context) {
    const { client, signal } = context;
    return carryOut(context, {
      plan: () => client.engineRemovalPlan(values.name, signal),
      obstaclesOf: (plan) => plan,
      lines: changePlanLines,
      begin: () => client.removeServiceEngine(values.name, signal),
    });
  },
});

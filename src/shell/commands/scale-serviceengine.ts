import { carryOut } from '../carry-out.ts';
import { command } from '../command.ts';
import { engineCount, engineGroup } from '../engine-kinds.ts';
import { changePlanLines } from '../views/change.ts';

export const scaleServiceEngine = command({
  words: ['scale', 'serviceengine'],
  summary: 'Have so many service engines',
  about:
    'Further ones are copies of the first service engine, or of the one that is named (then N counts that one and its ' +
    'copies), without what only one can have: a chosen port of the host, a fixed address. Where there are too many, the ' +
    'youngest go; their containers stay, turned off. The controller goes on. It makes a new release: rollback system ' +
    'returns to the one before.',
  effect: 'changes',
  examples: ['scale serviceengine 6', 'scale serviceengine 3 agent-1', 'scale serviceengine 6 --yes'],
  parameters: [
    { name: 'count', kind: engineCount, help: 'How many there are to be' },
    { name: 'group', kind: engineGroup, help: 'Only this one and its copies', optional: true },
  ],
  async run(values, context) {
    const { client, signal } = context;
    const input = {
      count: Number(values.count),
      ...(values.group === undefined ? {} : { group: values.group }),
    };
    return carryOut(context, {
      plan: () => client.scalingPlan(input, signal),
      lines: changePlanLines,
      begin: () => client.scaleServiceEngines(input, signal),
    });
  },
});

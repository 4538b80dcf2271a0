import { carryOut } from '../carry-out.ts';
import { command } from '../command.ts';
import { follower } from '../follower-kind.ts';
import { changePlanLines } from '../views/change.ts';

export const updateEngines = command({
  words: ['update', 'engines'],
  summary: 'Bring engines and helpers that are behind to the version of the controller',
  about:
    'Gives service engines that did not follow an upgrade, and helpers whose image waits (update: on-change, ' +
    'on-request), a new container on the same data; whatever else runs goes on untouched. Engines go a few at a time, ' +
    'and one that does not prove itself is told and holds up no other. Where none of them does, or a helper does not, ' +
    'the old ones are put back. It makes a new release: rollback system returns to the one before.',
  effect: 'changes',
  examples: ['update engines', 'update engines agent-2', 'update engines --yes'],
  parameters: [{ name: 'name', kind: follower, help: 'Only this engine or helper', optional: true }],
  async run(values, context) {
    const { client, signal } = context;
    const input = values.name === undefined ? {} : { name: values.name };
    return carryOut(context, {
      plan: () => client.engineUpdatePlan(input, signal),
      lines: changePlanLines,
      begin: () => client.updateEngines(input, signal),
    });
  },
});

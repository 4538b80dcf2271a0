import { carryOut } from '../carry-out.ts';
import { command } from '../command.ts';
import { changePlanLines } from '../views/change.ts';

export const resume = command({
  words: ['resume'],
  summary: 'Take the service engines along that did not follow',
  about:
    'After an upgrade or a rollback that some service engines did not follow: when the cause is mended, those that are ' +
    'behind, off or not well get new containers, a few at a time; whatever else runs goes on untouched. Helpers whose ' +
    'image waits for its own trigger go on waiting (for them: update engines). It makes a new release.',
  effect: 'changes',
  examples: ['resume', 'resume --yes'],
  parameters: [],
  async run(_values, context) {
    const { client, signal } = context;
    return carryOut(context, {
      plan: () => client.resumePlan(signal),
      lines: changePlanLines,
      begin: () => client.resume(signal),
    });
  },
});

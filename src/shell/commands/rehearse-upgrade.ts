import { carryOut } from '../carry-out.ts';
import { command } from '../command.ts';
import { version } from '../kinds.ts';
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
  async run({ version }, context) {
    const { client, signal } = context;
    return carryOut(context, {
      plan: () => client.rehearsalPlan({ version }, signal),
      lines: rehearsalPlanLines,
      begin: () => client.rehearse({ version }, signal),
    });
  },
});

import { command } from '../command.ts';
import { exitCode } from '../failure.ts';
import { wrap } from '../width.ts';

export const confirmSystem = command({
  words: ['confirm', 'system'],
  summary: 'Keep the version that would go back by itself',
  about:
    'After upgrade system VERSION confirm-within TIME the appliance goes back, with its data, unless this is typed in ' +
    'time. Going back later is still possible: rollback system.',
  effect: 'changes',
  examples: ['confirm system', 'confirm system --yes'],
  parameters: [],
  async run(_values, { client, output, options, signal, confirm, answer }) {
    const { confirmation, appliance } = await client.system(signal);
    if (!options.yes && confirmation !== null) {
      const question = `This keeps ${confirmation.version} on ${appliance}: it does not go back to ${confirmation.backTo} by itself.`;
      if (!(await confirm(wrap(question, output.width)))) return exitCode.refused;
    }
    return answer(await client.confirm(signal), ({ version, release }) => [
      output.paint.good(`${appliance} stays on ${version} (${release}).`),
      `To go back all the same: ${output.paint.strong('rollback system')}`,
    ]);
  },
});

import { command } from '../command.ts';
import { exitCode } from '../failure.ts';

export const exit = command({
  words: ['exit'],
  alias: ['quit'],
  summary: 'Leave; operations go on',
  about: 'Ctrl-D on an empty line does the same.',
  effect: 'looks',
  examples: ['exit'],
  parameters: [],
  async run(_values, { leave }) {
    leave();
    return exitCode.done;
  },
});

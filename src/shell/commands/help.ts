import { command } from '../command.ts';
import { exitCode } from '../failure.ts';

export const help = command({
  words: ['help'],
  summary: 'What can be typed, and what it does',
  about: 'Alone it lists every command; with the words of one it tells more about it.',
  effect: 'looks',
  examples: ['help', 'help upgrade system'],
  takesWords: true,
  parameters: [],
  async run(values, { helpOn, output }) {
    const { words } = values as { words?: string };
    output.lines(helpOn(words ?? ''));
    return exitCode.done;
  },
});

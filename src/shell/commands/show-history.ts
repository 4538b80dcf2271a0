import { command } from '../command.ts';

export const showHistory = command({
  words: ['show', 'history'],
  summary: 'The commands that you typed before',
  about: 'Oldest first. They are kept for you alone.',
  effect: 'looks',
  examples: ['show history'],
  parameters: [],
  async run(_values, { history, output, answer }) {
    return answer(history(), (lines) =>
      lines.map((line, position) => `${output.paint.faint(String(position + 1).padStart(5))}  ${line}`),
    );
  },
});

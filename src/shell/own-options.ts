import { optionHelp } from './options.ts';

/** Options of `belay` itself: they stand before the command. */
export const ownOptions: readonly { text: string; value: string | null; help: string }[] = [
  { text: '--appliance', value: 'NAME', help: 'Which appliance, where there are several' },
  { text: '-c', value: 'LINE', help: 'Run a line as it would be typed at the prompt' },
  { text: '--continue', value: null, help: 'Of several lines, go on behind one that fails' },
  ...optionHelp.map(({ word, help }) => ({ text: word, value: null, help })),
  { text: '--help', value: null, help: 'Everything that can be typed' },
  { text: '--version', value: null, help: 'The version of Belay itself' },
];

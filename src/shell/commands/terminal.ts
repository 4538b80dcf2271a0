import { command, type Kind } from '../command.ts';
import { exitCode } from '../failure.ts';
import { MOST_IDLE_MINUTES } from '../terminal-settings.ts';

const number = (least: number, most: number, also: number | null, what: string): Kind => ({
  metavar: 'N',
  problem: (text) => {
    const value = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
    return value === also || (value >= least && value <= most) ? null : what;
  },
  complete: async () => [],
});

export const terminalLength = command({
  words: ['terminal', 'length'],
  summary: 'Lines of a page; 0 never stops',
  about: 'Answers that are longer stop at the end of a page. Lasts until the session ends.',
  effect: 'looks',
  examples: ['terminal length 0', 'terminal length 40'],
  parameters: [{ name: 'lines', kind: number(4, 1000, 0, 'N is 0, or 4 to 1000.'), help: 'How many; 0 never stops' }],
  async run(values, { settings }) {
    settings.length = Number(values.lines);
    return exitCode.done;
  },
});

export const terminalWidth = command({
  words: ['terminal', 'width'],
  summary: 'Columns of an answer; 0 is what the screen has',
  about: 'Tables are fitted into it. Lasts until the session ends.',
  effect: 'looks',
  examples: ['terminal width 200', 'terminal width 0'],
  parameters: [
    { name: 'columns', kind: number(20, 300, 0, 'N is 0, or 20 to 300.'), help: 'How many; 0 is what the screen has' },
  ],
  async run(values, { settings }) {
    settings.width = Number(values.columns) || null;
    return exitCode.done;
  },
});

export const terminalMonitor = command({
  words: ['terminal', 'monitor'],
  summary: 'Tell above the prompt what other sessions do',
  about: 'That is how a session begins. Lasts until it ends.',
  effect: 'looks',
  examples: ['terminal monitor'],
  parameters: [],
  async run(_values, { settings }) {
    settings.monitor = true;
    return exitCode.done;
  },
});

export const terminalNoMonitor = command({
  words: ['terminal', 'no', 'monitor'],
  summary: 'Do not tell what other sessions do',
  about: 'The state in the prompt still follows. Lasts until the session ends.',
  effect: 'looks',
  examples: ['terminal no monitor'],
  parameters: [],
  async run(_values, { settings }) {
    settings.monitor = false;
    return exitCode.done;
  },
});

export const terminalIdleTimeout = command({
  words: ['terminal', 'idle-timeout'],
  summary: 'Minutes without a key until the session ends; 0 never',
  about:
    'Only a session that waits for a key ends, never one that shows an operation. BELAY_IDLE_TIMEOUT sets the first.',
  effect: 'looks',
  examples: ['terminal idle-timeout 10', 'terminal idle-timeout 0'],
  parameters: [
    {
      name: 'minutes',
      kind: number(0, MOST_IDLE_MINUTES, null, `N is 0 to ${MOST_IDLE_MINUTES} minutes.`),
      help: 'How many minutes; 0 never',
    },
  ],
  async run(values, { settings }) {
    settings.idleMinutes = Number(values.minutes);
    return exitCode.done;
  },
});

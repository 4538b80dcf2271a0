import type { Kind } from './command.ts';

/** How many lines of something. */
export const count: Kind = {
  metavar: 'N',
  problem: (text) => (/^[1-9]\d{0,3}$/.test(text) || text === '10000' ? null : 'N is a number from 1 to 10000.'),
  complete: async () => [],
};

import type { Kind } from '../command.ts';
import { matcher, withoutColours } from './pattern.ts';
import { type Filter, filter } from './pipe.ts';

const MOST_LINES = 1_000_000;

const expression: Kind = {
  metavar: 'EXPRESSION',
  problem: (text) => (text !== '' && text.length <= 1000 ? null : 'An expression has 1 to 1000 characters.'),
  complete: async () => [],
};

const count: Kind = {
  metavar: 'N',
  problem: (text) =>
    /^[1-9]\d{0,6}$/.test(text) && Number(text) <= MOST_LINES ? null : `N is a number from 1 to ${MOST_LINES}.`,
  complete: async () => [],
};

const CASE = 'A regular expression; without capital letters it matches both cases.';

/** A filter that looks at each line alone. */
const each = (take: Filter['take'], isFull: Filter['isFull'] = () => false): Filter => ({
  take,
  end: () => [],
  isFull,
});

const indentOf = (line: string): number => /^ */.exec(withoutColours(line))?.[0].length ?? 0;

const include = filter({
  words: ['include'],
  summary: 'Only lines that match',
  about: `Keeps the lines that match the expression. ${CASE}`,
  examples: ['show releases | include 2.1', 'show releases | include "active|rollback"'],
  parameters: [{ name: 'expression', kind: expression, help: CASE }],
  async open(values) {
    const matches = await matcher(values.expression);
    return each((line) => (matches(line) ? [line] : []));
  },
});

const exclude = filter({
  words: ['exclude'],
  summary: 'Only lines that do not match',
  about: `Drops the lines that match the expression. ${CASE}`,
  examples: ['show releases | exclude failed'],
  parameters: [{ name: 'expression', kind: expression, help: CASE }],
  async open(values) {
    const matches = await matcher(values.expression);
    return each((line) => (matches(line) ? [] : [line]));
  },
});

const begin = filter({
  words: ['begin'],
  summary: 'From the first line that matches',
  about: `Drops what comes before the first line that matches the expression. ${CASE}`,
  examples: ['show system | begin service'],
  parameters: [{ name: 'expression', kind: expression, help: CASE }],
  async open(values) {
    const matches = await matcher(values.expression);
    let begun = false;
    return each((line) => {
      begun ||= matches(line);
      return begun ? [line] : [];
    });
  },
});

const section = filter({
  words: ['section'],
  summary: 'Lines that match, with what is indented below them',
  about: `Keeps each line that matches the expression and the deeper lines below it. ${CASE}`,
  examples: ['show release RHKOIXXVDMJ | section server'],
  parameters: [{ name: 'expression', kind: expression, help: CASE }],
  async open(values) {
    const matches = await matcher(values.expression);
    let depth: number | null = null;
    return each((line) => {
      const indent = indentOf(line);
      if (depth !== null && indent > depth && withoutColours(line).trim() !== '') return [line];
      depth = matches(line) ? indent : null;
      return depth === null ? [] : [line];
    });
  },
});

const counting = filter({
  words: ['count'],
  summary: 'How many lines there are',
  about: 'Says only how many lines came, a heading among them.',
  examples: ['show releases | count', 'show releases | include failed | count'],
  parameters: [],
  async open() {
    let lines = 0;
    const take = (): [] => {
      lines++;
      return [];
    };
    return { take, end: () => [`Count: ${lines} ${lines === 1 ? 'line' : 'lines'}`], isFull: () => false };
  },
});

const first = filter({
  words: ['first'],
  summary: 'Only the first lines',
  about: 'The first N lines.',
  examples: ['show upgrade history | first 10'],
  parameters: [{ name: 'count', kind: count, help: 'How many lines' }],
  async open(values) {
    let left = Number(values.count);
    return each(
      (line) => (left-- > 0 ? [line] : []),
      () => left <= 0,
    );
  },
});

const last = filter({
  words: ['last'],
  summary: 'Only the last lines',
  about: 'The last N lines.',
  examples: ['show history | last 10'],
  parameters: [{ name: 'count', kind: count, help: 'How many lines' }],
  async open(values) {
    const most = Number(values.count);
    let kept: string[] = [];
    return {
      take(line) {
        kept.push(line);
        if (kept.length > 2 * most) kept = kept.slice(-most);
        return [];
      },
      end: () => kept.slice(-most),
      isFull: () => false,
    };
  },
});

export const filters = [include, exclude, begin, section, counting, first, last] as const;

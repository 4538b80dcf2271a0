import { expect, test } from 'vitest';
import type { Client } from '../../../src/api/client/client.ts';
import { commonStart, offerAt, possibleAt } from '../../../src/shell/grammar/complete.ts';
import { registry } from '../../../src/shell/registry.ts';

const versions = ['2.1.0', '2.1.1', '1.9'].map((version) => ({
  version,
  inRegistry: true,
  inMirror: false,
  here: false,
  active: false,
  releases: [],
}));
const client = { versions: async () => ({ repository: 'acme', versions, registryProblem: null }) } as unknown as Client;
const unreachable = {
  versions: async () => Promise.reject(new Error('The registry does not answer.')),
} as unknown as Client;
const signal = new AbortController().signal;

const words = (before: string): string[] =>
  possibleAt(registry, before).expected.map((each) =>
    each.type === 'word'
      ? each.word
      : each.type === 'value'
        ? each.argument.kind.metavar
        : each.type === 'pipe'
          ? '|'
          : '<cr>',
  );

const FILTERS = ['include', 'exclude', 'begin', 'section', 'count', 'first', 'last'];

test.each([
  ['upg', ['upgrade']],
  ['up', ['upgrade', 'update']],
  ['show re', ['releases', 'release', 'restore']],
  ['show releases ', ['last', 'all', '<cr>', '|']],
  ['show releases last ', ['N']],
  ['show releases | ', [...FILTERS, 'json', 'yaml', 'save', 'no-more']],
  ['show releases |', [...FILTERS, 'json', 'yaml', 'save', 'no-more']],
  ['show releases | include x | ', [...FILTERS, 'save', 'no-more']],
  ['show releases | json | l', ['last']],
  ['show releases | include ', ['EXPRESSION']],
  ['show releases | save x | ', []],
  ['upgrade system 2 | ', []],
  ['rollback system ', ['to', 'legacy', '<cr>']],
  ['rollback system to ', ['RELEASE']],
  ['show upgrade status ', ['watch', '<cr>', '|']],
  ['show rollback plan ', ['RELEASE', 'legacy', '<cr>', '|']],
  ['adopt web ', ['as', 'manifest', '<cr>']],
  ['adopt project ', ['PROJECT']],
  ['upgrade system 2 --', ['--json', '--yaml', '--yes', '--no-wait']],
  ['show releases --', ['--json', '--yaml']],
  ['help upgrade ', ['system', '<cr>', '|']],
])('after %j', (before, expected) => {
  expect(words(before)).toEqual(expected);
});

test('offers nothing behind what is wrong', () => {
  expect(possibleAt(registry, 'foo ').sound).toBe(false);
});

test('offers live values that begin as typed, and their common start', async () => {
  const offer = await offerAt(registry, 'upgrade system 2', client, signal);
  expect(offer.candidates.map(({ text }) => text)).toEqual(['2.1.0', '2.1.1']);
  expect(offer.from).toBe('upgrade system '.length);
  expect(commonStart(offer)).toEqual({ text: '2.1.', decided: false });
  expect(commonStart(await offerAt(registry, 'upgrade system 1', client, signal))).toEqual({
    text: '1.9',
    decided: true,
  });
});

test('inserts nothing where candidates have nothing in common', async () => {
  expect(commonStart(await offerAt(registry, 'upgrade system ', client, signal))).toEqual({ text: '', decided: false });
});

test('says why there are no live values', async () => {
  const offer = await offerAt(registry, 'upgrade system ', unreachable, signal);
  expect(offer).toMatchObject({ candidates: [], problem: 'The registry does not answer.' });
});

test('on an empty line every command can begin', () => {
  const beginnings = registry.commands.flatMap(({ words: [first], alias }) => [first, ...(alias ? [alias[0]] : [])]);
  expect(words('')).toEqual([...new Set(beginnings)]);
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lineOf, tokenize } from '../../../src/shell/grammar/tokenizer.ts';

const texts = (line: string): string[] => tokenize(line).tokens.map(({ text }) => text);

test.each([
  ['  show   releases ', ['show', 'releases']],
  [`adopt "my server" as 'it''s'`, ['adopt', 'my server', 'as', 'its']],
  [String.raw`a\ b "c\"d" 'e\f' "g\h"`, ['a b', 'c"d', 'e\\f', 'g\\h']],
  ['a;b && c | d $(e) `f` > g', ['a;b', '&&', 'c', '|', 'd', '$(e)', '`f`', '>', 'g']],
  [`""`, ['']],
  ['', []],
])('%s', (line, expected) => {
  expect(texts(line)).toEqual(expected);
});

test('knows where tokens stand and which were quoted', () => {
  expect(tokenize('show "a b"').tokens).toEqual([
    { text: 'show', start: 0, end: 4, quoted: false, isPipe: false },
    { text: 'a b', start: 5, end: 10, quoted: true, isPipe: false },
  ]);
});

test('finds the quote that is not closed', () => {
  expect(tokenize('adopt "x').openQuote).toBe(6);
  expect(tokenize(`adopt x'`).openQuote).toBe(7);
  expect(tokenize('adopt "x"').openQuote).toBeNull();
});

test('what is quoted is read back as it was', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), (words) => {
      expect(texts(lineOf(words))).toEqual(words);
    }),
  );
});

test.each([
  ['show a|include b', ['show', 'a', '|', 'include', 'b']],
  ['show a | include b|c | count', ['show', 'a', '|', 'include', 'b|c', '|', 'count']],
  ['show a | include b| count |', ['show', 'a', '|', 'include', 'b', '|', 'count', '|']],
  ['show "a|b" c\\|d | include "|"', ['show', 'a|b', 'c|d', '|', 'include', '|']],
])('%s has its pipes', (line, expected) => {
  expect(texts(line)).toEqual(expected);
  expect(
    tokenize(line)
      .tokens.filter(({ isPipe }) => isPipe)
      .every(({ text }) => text === '|'),
  ).toBe(true);
});

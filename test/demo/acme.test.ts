import { expect, test } from 'vitest';
import { differenceOf } from '../../src/demo/acme.ts';

const expected = { version: '2.0', format: 2, notes: ['first', 'second'] };

test.each([
  [{}, null],
  [{ version: '2.1' }, 'and has version 2.1, data format 2, 2 notes'],
  [{ format: 1 }, 'and has version 2.0, data format 1, 2 notes'],
  [{ notes: ['first'] }, '"second" is missing'],
  [{ notes: ['first', 'second', 'third'] }, '"third" should not be there'],
  [{ notes: ['second', 'first'] }, 'the newest "first"'],
])('what acme has is compared whole: %j', (other, words) => {
  const difference = differenceOf({ ...expected, ...other }, expected);
  if (words === null) expect(difference).toBeNull();
  else expect(difference).toContain(words);
});

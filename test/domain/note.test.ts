import { expect, test } from 'vitest';
import { noteNamed } from '../../src/domain/note.ts';

test('a note is one line, without the blanks around it; an empty one is none', () => {
  expect(noteNamed('  before the audit ')).toBe('before the audit');
  expect(noteNamed('日本語 ✔')).toBe('日本語 ✔');
  expect(noteNamed('   ')).toBe('');
  expect(noteNamed('x'.repeat(500))).toHaveLength(500);
});

test.each([
  ['is too long', 'x'.repeat(501)],
  ['has two lines', 'one\ntwo'],
  ['has an escape', 'red \x1b[31m'],
  ['has a line separator', 'one\u2028two'],
])('what %s is no note', (_what, text) => {
  expect(() => noteNamed(text)).toThrow('A note is one line of at most 500 characters.');
});

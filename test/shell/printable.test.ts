import fc from 'fast-check';
import { expect, test } from 'vitest';
import { printable } from '../../src/shell/printable.ts';

test.each([
  ['plain', 'acme 2.1.0', 'acme 2.1.0'],
  ['other scripts', 'データ ñ Ω 🙂', 'データ ñ Ω 🙂'],
  ['colours', '\x1b[31mFATAL\x1b[0m', 'FATAL'],
  ['cursor movement', 'a\x1b[2Jb\x1b[10;10Hc', 'abc'],
  ['eight-bit control sequences', 'a\x9b31mb', 'ab'],
  ['window title', 'a\x1b]0;owned\x07b', 'ab'],
  ['title ended by ST', 'a\x1b]0;owned\x1b\\b', 'ab'],
  ['device control string', 'a\x1bPq#0;2;0\x1b\\b', 'ab'],
  ['application command', 'a\x1b_Gf=100;AAAA\x1b\\b', 'ab'],
  ['privacy message', 'a\x1b^secret\x1b\\b', 'ab'],
  ['control string without an end', 'a\x1bPq and all the rest', 'a'],
  ['carriage return', 'safe\revil', 'safe evil'],
  ['backspace', 'rm\b\bls', 'rmls'],
  ['line breaks and tabs', 'a\nb\tc', 'a b c'],
  ['bidi override', 'txt.\u202eexe', 'txt.exe'],
  ['bidi isolates and zero width', 'a\u2066b\u2069c\u200bd\ufeff', 'abcd'],
  ['tag characters', 'a\u{e0041}b', 'ab'],
  ['a lone surrogate', 'a\ud800b', 'ab'],
  ['DEL and NUL', 'a\x7f\x00b', 'ab'],
  ['character set change', 'a\x1b(0b', 'ab'],
])('%s', (_what, text, expected) => {
  expect(printable(text)).toBe(expected);
});

test('stacked marks do not climb over the lines above', () => {
  expect(printable(`a${'\u0301'.repeat(50)}`)).toBe(`a${'\u0301'.repeat(4)}`);
});

test('nothing that steers a terminal is left, and doing it twice changes nothing', () => {
  const hostile = fc.string({
    unit: fc.oneof(
      fc.constantFrom('\x1b', '[', ']', 'P', '\\', '\x07', '\x9b', '\u202e', 'm'),
      fc.string({ unit: 'binary', maxLength: 1 }),
    ),
  });
  fc.assert(
    fc.property(hostile, (text) => {
      const once = printable(text);
      expect(once).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
      expect(printable(once)).toBe(once);
    }),
  );
});

test('a text without end has one', () => {
  expect(printable('x'.repeat(1_000_000)).length).toBeLessThan(10_000);
});

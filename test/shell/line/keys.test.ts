import { expect, test } from 'vitest';
import { ESCAPE, endsFeed, KeyReader, splitUnits } from '../../../src/shell/line/keys.ts';

test('keeps escape sequences and quoted keys whole', () => {
  expect(splitUnits('ab\x1b[A?\x16?\tc\r\nd\x1b[?1;2c\x1bOP')).toEqual([
    'ab',
    '\x1b[A',
    '?',
    '\x16?',
    '\t',
    'c',
    '\r\n',
    'd',
    '\x1b[?1;2c',
    '\x1bOP',
  ]);
  expect(['?', '\t', '\r', '\r\n', '\n'].every(endsFeed)).toBe(true);
  expect(['\x16?', '\x1b[?1;2c', 'a'].some(endsFeed)).toBe(false);
});

test('what is pasted only inserts', () => {
  const keys = new KeyReader().read('x\x1b[200~show?\tre\x03\x1b\nexit\x1b[201~y');
  expect(keys).toEqual(['x', 'show\x16? re\rexit', 'y']);
});

test('a paste may come in any pieces', () => {
  const text = '\x1b[200~a?\rb\x1b[201~c?';
  for (let at = 1; at < text.length; at++) {
    const reader = new KeyReader();
    expect([...reader.read(text.slice(0, at)), ...reader.read(text.slice(at))].join('')).toBe('a\x16?\rbc?');
  }
});

test('drops Ctrl-Z and reports Ctrl-C apart', () => {
  expect(new KeyReader().read('a\x1ab\x03c')).toEqual(['ab', '\x03', 'c']);
});

test('a lone Escape is held back until it is clear that it is one', () => {
  const reader = new KeyReader();
  expect(reader.read('\x1b')).toEqual([]);
  expect(reader.isHolding).toBe(true);
  expect(reader.flush()).toEqual([ESCAPE]);
  expect(reader.read('\x1bs')).toEqual(['\x1bs']);
  expect([...reader.read('\x1b[200~a\x1b'), ...reader.flush()].join('')).toBe('a');
});

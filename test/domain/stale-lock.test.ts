import { describe, expect, test } from 'vitest';
import { commandLine, fitsName, saysPattern } from '../../src/domain/stale-lock.ts';

test.each([
  ['Could not acquire change log lock.  Currently locked by a (b)', 'change log lock*locked by', true],
  ['waiting for lock', 'lock', true],
  ['locked by', 'locked by*lock', false],
  ['lock (a+)+$', '(a+)+$', true],
  ['', 'lock', false],
])('"%s" says "%s": %s', (text, pattern, expected) => {
  expect(saysPattern(text, pattern)).toBe(expected);
});

describe('names', () => {
  test.each([
    ['server.lock', '*.lock', true],
    ['server.lock', 'server.lock', true],
    ['server.lock.old', '*.lock', false],
    ['a-b-c.lock', 'a*b*.lo?k', true],
    ['lock', '?lock', false],
    ['lock', 'lock*', true],
    ['', '*', true],
  ])('%s fits %s: %s', (name, pattern, expected) => {
    expect(fitsName(name, pattern)).toBe(expected);
  });

  test('a pattern of many stars takes no time', () => {
    const began = performance.now();
    expect(fitsName('a'.repeat(255), `${'*a'.repeat(120)}b`)).toBe(false);
    expect(performance.now() - began).toBeLessThan(100);
  });
});

test('a command is shown as it is typed', () => {
  expect(commandLine(['rm', '-f', '/data/a b'])).toBe("rm -f '/data/a b'");
  expect(commandLine(['sh', '-c', "echo 'x'"])).toBe("sh -c 'echo '\\''x'\\'''");
});

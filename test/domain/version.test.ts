import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareVersions, isVersion } from '../../src/domain/version.ts';

const dpkg = (a: string, operator: string, b: string): boolean => {
  try {
    execFileSync('dpkg', ['--compare-versions', a, operator, b], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

describe('versions are ordered as dpkg does', () => {
  test.each([
    ['1.9', '1.10'],
    ['1.0~rc1', '1.0'],
    ['16.2.1-9033', '16.2.1-9034'],
    ['16.2.1-9033', '16.2.2-1'],
    ['v1.0.2', 'v1.1.0'],
    ['1.0.2', 'v1.1.0'],
    ['20160720211125', '20160722051815'],
    ['2.0', '2.0.1'],
    ['2.0a', '2.0b'],
    ['9', '10'],
  ])('%s before %s', (earlier, later) => {
    expect(compareVersions(earlier, later)).toBe(-1);
    expect(compareVersions(later, earlier)).toBe(1);
    expect(compareVersions(later, later)).toBe(0);
  });

  test('leading zeros do not count', () => {
    expect(compareVersions('1.01', '1.1')).toBe(0);
  });

  test.runIf(existsSync('/usr/bin/dpkg'))('the same answer as dpkg itself, on random versions', () => {
    const part = fc.stringMatching(/^[0-9][0-9a-z.~+]{0,8}$/);
    const version = fc
      .tuple(part, fc.option(part))
      .map(([upstream, revision]) => (revision ? `${upstream}-${revision}` : upstream));
    fc.assert(
      fc.property(version, version, (a, b) => {
        const ours = compareVersions(a, b);
        const theirs = dpkg(a, 'lt', b) ? -1 : dpkg(a, 'eq', b) ? 0 : 1;
        expect(ours).toBe(theirs);
      }),
      { numRuns: 150 },
    );
  });
});

test('a version is an image tag', () => {
  expect(isVersion('16.2.1-9033')).toBe(true);
  for (const bad of ['', '-1', 'a b', 'a/b', '../x', 'x'.repeat(129), '1.0:2']) expect(isVersion(bad)).toBe(false);
});

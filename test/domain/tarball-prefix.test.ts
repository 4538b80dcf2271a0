import { expect, test } from 'vitest';
import { tarballDirectory } from '../../src/domain/tarball-prefix.ts';

test.each([
  ['var/lib/mysql', '/var/lib/mysql', 'var/lib/mysql'],
  ['var/lib/mysql/only-one', '/var/lib/mysql', 'var/lib/mysql'],
  ['lib/mysql', '/var/lib/mysql', 'lib/mysql'],
  ['mysql', '/var/lib/mysql', 'mysql'],
  ['', '/var/lib/mysql', ''],
  ['backup-2018', '/var/lib/mysql', ''],
  ['var/lib/mysql-old', '/var/lib/mysql', ''],
  ['data', '/data', 'data'],
])('of a tarball of %s for %s it takes %s', (prefix, target, expected) => {
  expect(tarballDirectory(prefix, target)).toBe(expected);
});

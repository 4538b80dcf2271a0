import { describe, expect, test } from 'vitest';
import { directoryNamed, ownerNamed, volumeNamed } from '../../src/domain/data-target.ts';

describe('a directory that data is moved to', () => {
  test.each([
    ['/srv/acme', '/srv/acme'],
    ['/srv/acme/', '/srv/acme'],
    ['//srv///acme//', '/srv/acme'],
    ['/srv/./acme/.', '/srv/acme'],
    ['/srv/with a blank', '/srv/with a blank'],
    ['/', '/'],
  ])('%j is %j', (typed, path) => expect(directoryNamed(typed)).toBe(path));

  test.each([
    '',
    'srv/acme',
    './acme',
    '~/acme',
    '/srv/../etc',
    '/srv/..',
    '/srv/a:b',
    '/srv/a\nb',
    '/srv/a\u0000',
    '/srv/\u202eemca',
    '/srv/.acme.belay-SABCDEFGHIJ',
    `/srv/${'é'.repeat(120)}`,
    `/${'x/'.repeat(1600)}`,
  ])('%j is refused', (typed) => {
    expect(() => directoryNamed(typed)).toThrow(expect.objectContaining({ code: 'invalid-input' }));
  });
});

test.each(['acme-data', 'a', 'A.b_c-1'])('%j names a volume', (name) => expect(volumeNamed(name)).toBe(name));
test.each(['', '-x', 'a/b', 'a b', '/srv/acme', 'belay-SABCDEFGHIJ-1', 'x'.repeat(129)])('%j names no volume', (name) =>
  expect(() => volumeNamed(name)).toThrow('cannot name a volume'),
);

test('an owner is two numbers', () => {
  expect(ownerNamed('102:105')).toEqual({ uid: 102, gid: 105 });
  expect(ownerNamed('0:0')).toEqual({ uid: 0, gid: 0 });
  for (const wrong of ['', '102', 'mysql:mysql', '102:105:1', '-1:5', '4294967295:1', '1:9999999999', ' 1:2']) {
    expect(() => ownerNamed(wrong), wrong).toThrow('is no owner');
  }
});

import { expect, test } from 'vitest';
import { relocated } from '../../src/domain/relocated-mount.ts';
import type { ServiceMount } from '../../src/domain/service-spec.ts';
import type { SlotMount } from '../../src/domain/slot.ts';

const KEY = 'volume:old';
const volume: SlotMount = { key: KEY, kind: 'volume', volume: 'old', path: '/v/old', parkedPath: null, identity: null };
const bound: SlotMount = { ...volume, kind: 'bind', volume: null, path: '/srv/old', parkedPath: '/srv/.old' };
const mounted = (own: Partial<ServiceMount>): ServiceMount => ({
  kind: 'volume',
  source: 'old',
  target: '/data',
  readOnly: false,
  slotKey: KEY,
  sharedBecause: null,
  declared: { form: 'implicit' },
  ...own,
});
const [toDirectory, toVolume] = [{ kind: 'bind', path: '/srv/new' } as const, { kind: 'volume', name: 'new' } as const];

test('an anonymous volume becomes a directory, and keeps its place and its key', () => {
  expect(relocated(mounted({}), volume, toDirectory)).toEqual(
    mounted({ kind: 'bind', source: '/srv/new', declared: { form: 'bind', options: '' } }),
  );
});

test('what is mounted from inside of a directory is mounted from inside of the new one', () => {
  const inner = mounted({ kind: 'bind', source: '/srv/old/deep/er', target: '/deep' });
  expect(relocated(inner, bound, toDirectory)).toMatchObject({ source: '/srv/new/deep/er', target: '/deep' });
});

test.each<[string, ServiceMount['declared'], boolean, string, string]>([
  ['options that both know', { form: 'bind', options: 'ro,Z' }, true, 'ro,Z', 'ro,Z'],
  ['options of a volume', { form: 'bind', options: 'rw,nocopy' }, false, 'rw', 'rw'],
  ['options of a directory', { form: 'bind', options: 'ro,rslave' }, true, 'ro,rslave', 'ro'],
  ['read-only by --volumes-from', { form: 'implicit' }, true, 'ro', 'ro'],
  [
    'a whole value of --mount',
    { form: 'mount', value: { Type: 'bind', ReadOnly: true, BindOptions: { Propagation: 'rshared' } } },
    true,
    'ro,rshared',
    'ro',
  ],
])('%s', (_, declared, readOnly, forDirectory, forVolume) => {
  const mount = mounted({ declared, readOnly });
  expect(relocated(mount, volume, toDirectory).declared).toEqual({ form: 'bind', options: forDirectory });
  expect(relocated(mount, volume, toVolume)).toMatchObject({
    kind: 'volume',
    source: 'new',
    declared: { form: 'bind', options: forVolume },
  });
});

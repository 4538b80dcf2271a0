import { describe, expect, it } from 'vitest';
import type { Slot } from '../../src/domain/slot.ts';
import { restoredMounts } from '../../src/sequences/restored-mounts.ts';
import { aService, aSlot } from '../support/specimens.ts';

const mount = (key: string, path: string) => ({
  ...{ key, kind: 'volume' as const, volume: key, path, parkedPath: null },
  identity: null,
});
const slot = aSlot({ mounts: [mount('logs', '/volumes/logs/_data'), mount('db', '/volumes/db/_data')] });
const inContainer = (slotKey: string, target: string) => ({
  ...{ kind: 'volume' as const, source: slotKey, target, readOnly: false, propagation: null },
  ...{ slotKey, sharedBecause: null, declared: { form: 'implicit' as const } },
});
const services = [aService({ mounts: [inContainer('logs', '/var/log'), inContainer('db', '/var/lib/mysql')] })];

const tarball = (prefix: string): Slot =>
  aSlot({
    id: 'STARBALLXXX',
    archive: { path: '/x', sha256: '', sizeBytes: 1, dataBytes: 1, files: 1, format: 'tar', prefix },
  });
const restored = (prefix: string, named?: string) =>
  Object.fromEntries(restoredMounts({ slot, services }, { slot: tarball(prefix), services: [] }, named));

describe('a plain tarball, where there are several mounts', () => {
  it('goes where its one directory says with its whole name', () => {
    expect(restored('var/lib/mysql')).toEqual({ db: { key: null, strip: 'var/lib/mysql' } });
    expect(restored('var/lib/mysql/sys')).toEqual({ db: { key: null, strip: 'var/lib/mysql' } });
    expect(restored('var/log')).toEqual({ logs: { key: null, strip: 'var/log' } });
    expect(restored('volumes/db/_data')).toEqual({ db: { key: null, strip: 'volumes/db/_data' } });
  });

  it.each(['mysql', '', 'lib/mysql', 'var/lib', '_data'])('has to be told which it is where it has %j', (prefix) => {
    expect(() => restored(prefix)).toThrow(
      expect.objectContaining({
        code: 'ambiguous',
        message: 'The tarball is one of 2 mounts: /var/log, /var/lib/mysql.',
        hint: 'Say which: restore system STARBALLXXX mount /var/log',
      }),
    );
    expect(Object.keys(restored(prefix, '/var/lib/mysql'))).toEqual(['db']);
  });

  it('goes where somebody says, whatever its directory is called', () => {
    expect(restored('var/lib/mysql', '/var/log')).toEqual({ logs: { key: null, strip: '' } });
  });
});

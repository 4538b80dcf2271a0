import { describe, expect, test } from 'vitest';
import { uncoveredVolumes } from '../../src/domain/new-volumes.ts';
import type { ServiceMount } from '../../src/domain/service-spec.ts';
import { compareSettings } from '../../src/domain/settings-diff.ts';
import { moveCandidate, rekeyed, upgradeCandidate } from '../../src/sequences/candidate.ts';
import { aRelease, aService, aSlot } from '../support/specimens.ts';

const volume = (source: string, slotKey: string | null, target = '/data'): ServiceMount => ({
  kind: 'volume',
  source,
  target,
  readOnly: slotKey === null,
  slotKey,
  sharedBecause: slotKey === null ? 'it is read-only' : null,
  declared: { form: 'implicit' },
});
const bind = (source: string, slotKey: string | null): ServiceMount => ({
  ...volume(source, slotKey, source),
  kind: 'bind',
  declared: { form: 'bind', options: 'rw' },
});

describe('the candidate of an upgrade', () => {
  const service = aService({
    mounts: [volume('pgdata', 'volume:pgdata'), volume('certs', null, '/certs'), bind('/srv/data', 'bind:/srv/data')],
  });
  const slot = aSlot({
    mounts: [
      {
        key: 'volume:pgdata',
        kind: 'volume',
        volume: 'pgdata',
        path: '/v/pgdata/_data',
        parkedPath: null,
        identity: { inode: '1', bornNs: '2' },
      },
      {
        key: 'bind:/srv/data',
        kind: 'bind',
        volume: null,
        path: '/srv/data',
        parkedPath: '/srv/.data.belay-SOLD',
        identity: { inode: '3', bornNs: '4' },
      },
    ],
  });
  const from = aRelease({ services: [service], slot: slot.id });
  const image = { ...service.image, tag: '2.0', reference: '127.0.0.1:5000/acme/server:2.0' };
  const { release, slot: clone } = upgradeCandidate(from, slot, [{ spec: service, image }], {
    version: '2.0',
    by: 'eve',
    at: new Date(),
  });

  test('has volumes of its own in the slot, keeps shared ones and bind paths', () => {
    expect(release.services[0]?.mounts.map(({ source }) => source)).toEqual([
      `belay-${clone.id}-1`,
      'certs',
      '/srv/data',
    ]);
  });

  test('has a slot with the same keys, nothing in it yet, and a place of its own to be parked at', () => {
    expect(clone).toMatchObject({ state: 'preparing', clonedFrom: slot.id });
    expect(clone.mounts).toEqual([
      {
        key: 'volume:pgdata',
        kind: 'volume',
        volume: `belay-${clone.id}-1`,
        path: '',
        parkedPath: null,
        identity: null,
      },
      {
        key: 'bind:/srv/data',
        kind: 'bind',
        volume: null,
        path: '/srv/data',
        parkedPath: `/srv/.data.belay-${clone.id}`,
        identity: null,
      },
    ]);
  });

  test('leaves the release that it came from alone', () => {
    expect(from.services[0]?.mounts[0]?.source).toBe('pgdata');
    expect(release).toMatchObject({
      version: '2.0',
      previous: from.id,
      status: 'candidate',
      by: 'eve',
      origin: 'upgrade',
    });
  });

  test('is read back from its container with the keys of its slot, not with new ones', () => {
    const asRead = aService({ mounts: [volume(`belay-${clone.id}-1`, `volume:belay-${clone.id}-1`)] });
    expect(rekeyed(asRead, clone).mounts[0]?.slotKey).toBe('volume:pgdata');
  });

  test('of a move has the moved mount at its new place, with the key that it had, and the others cloned', () => {
    const target = { kind: 'bind', path: '/srv/pg' } as const;
    const request = { by: 'eve', at: new Date() };
    const moved = moveCandidate(from, slot, [service], { key: 'volume:pgdata', target }, request);
    expect(moved.release).toMatchObject({ origin: 'move', version: from.version, previous: from.id, copyOf: null });
    expect(moved.release.services[0]?.mounts).toMatchObject([
      { kind: 'bind', source: '/srv/pg', target: '/data', slotKey: 'volume:pgdata' },
      { source: 'certs', slotKey: null },
      { source: '/srv/data', slotKey: 'bind:/srv/data' },
    ]);
    expect(moved.slot.mounts[0]).toEqual({
      key: 'volume:pgdata',
      kind: 'bind',
      volume: null,
      path: '/srv/pg',
      parkedPath: `/srv/.pg.belay-${moved.slot.id}`,
      identity: null,
    });
    expect(moved.slot.mounts[1]?.parkedPath).toBe(`/srv/.data.belay-${moved.slot.id}`);
    const asRead = aService({ mounts: [bind('/srv/pg', 'bind:/srv/pg'), bind('/srv/pg/in', 'bind:/srv/pg')] });
    expect(rekeyed(asRead, moved.slot).mounts.map(({ slotKey }) => slotKey)).toEqual([
      'volume:pgdata',
      'volume:pgdata',
    ]);
    const [now, before] = [moved.release.services[0], service];
    expect(now && compareSettings(now, before)).toMatchObject([
      { setting: 'mount /data', now: '/srv/pg', after: 'volume:pgdata' },
    ]);
  });
});

test('a volume that only the new image declares is found, whatever way the others are mounted', () => {
  const service = aService({
    mounts: [volume('a', 'volume:a', '/data/')],
    settings: {
      config: {},
      hostConfig: { Tmpfs: { '/tmp/x': '' }, Mounts: [{ Type: 'tmpfs', Target: '/run' }] },
      networks: {},
    },
  });
  expect(uncoveredVolumes(service, ['/data', '/tmp/x', '/run', '/plugins'])).toEqual(['/plugins']);
});

test('settings are compared by the names that people know them by', () => {
  const now = aService({
    settings: {
      config: { Env: ['LOG_LEVEL=debug', 'A=1'], Labels: { tier: 'gold' } },
      hostConfig: { Memory: 1024, Privileged: false, RestartPolicy: { Name: 'always', MaximumRetryCount: 0 } },
      networks: { front: {} },
    },
  });
  const after = aService({
    settings: {
      config: { Env: ['A=1', 'LOG_LEVEL=info'] },
      hostConfig: { RestartPolicy: { MaximumRetryCount: 0, Name: 'always' } },
      networks: {},
    },
  });
  expect(compareSettings(now, after)).toEqual([
    { service: 'server', setting: 'Memory', now: '1024', after: null },
    { service: 'server', setting: 'env LOG_LEVEL', now: 'debug', after: 'info' },
    { service: 'server', setting: 'label tier', now: 'gold', after: null },
    { service: 'server', setting: 'network front', now: 'connected', after: null },
  ]);
});

import { expect, test } from 'vitest';
import type { ServiceMount } from '../../src/domain/service-spec.ts';
import { isolated } from '../../src/sequences/isolated.ts';
import { aService, aSlot } from '../support/specimens.ts';

const mount = (change: Partial<ServiceMount>): ServiceMount => ({
  kind: 'bind',
  source: '/srv/data',
  target: '/data',
  readOnly: false,
  slotKey: 'bind:/srv/data',
  sharedBecause: null,
  declared: { form: 'bind', options: '' },
  ...change,
});

test('what is rehearsed has no ports, no address and no network but its own, and its clones where they lie', () => {
  const slot = aSlot({
    mounts: [
      {
        key: 'bind:/srv/data',
        kind: 'bind',
        volume: null,
        path: '/srv/data',
        parkedPath: '/srv/.data.belay-SABCDEFGHIJ',
        identity: null,
      },
    ],
  });
  const service = aService({
    settings: {
      config: { Env: ['A=b'], MacAddress: '02:42:ac:11:00:02', ExposedPorts: { '80/tcp': {} } },
      hostConfig: {
        NetworkMode: 'front',
        PortBindings: { '80/tcp': [{ HostPort: '80' }] },
        Links: ['db:db'],
        Memory: 5,
      },
      networks: { front: { Aliases: ['web'], IPAMConfig: { IPv4Address: '10.0.0.9' } }, back: {} },
    },
    mounts: [
      mount({}),
      mount({ source: '/srv/data/inner', target: '/inner' }),
      mount({ source: '/srv/ca.crt', target: '/ca.crt', slotKey: null, readOnly: true }),
      mount({ kind: 'volume', source: 'belay-SABCDEFGHIJ-1', target: '/volume', slotKey: 'volume:x' }),
    ],
  });
  const { settings, mounts } = isolated(service, slot, 'alone');
  expect(settings).toEqual({
    config: { Env: ['A=b'], ExposedPorts: { '80/tcp': {} } },
    hostConfig: { NetworkMode: 'alone', Memory: 5 },
    networks: { alone: { Aliases: ['server', 'acme', 'web'] } },
  });
  expect(mounts.map(({ source }) => source)).toEqual([
    '/srv/.data.belay-SABCDEFGHIJ',
    '/srv/.data.belay-SABCDEFGHIJ/inner',
    '/srv/ca.crt',
    'belay-SABCDEFGHIJ-1',
  ]);
});

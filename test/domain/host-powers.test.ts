import { describe, expect, it } from 'vitest';
import { powersOfService } from '../../src/domain/host-powers.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import type { ServiceMount } from '../../src/domain/service-spec.ts';

const asked = (hostConfig: JsonObject, mounts: ServiceMount[] = []) =>
  powersOfService({ settings: { config: {}, hostConfig, networks: {} }, mounts }).map(({ power }) => power);
const mount = (changes: Partial<ServiceMount>): ServiceMount => ({
  kind: 'bind',
  source: '/srv/data',
  target: '/data',
  readOnly: false,
  slotKey: null,
  sharedBecause: null,
  declared: { form: 'bind', options: '' },
  ...changes,
});

describe('what makes a container the master of its host', () => {
  it('is nothing of an ordinary one', () => {
    expect(asked({ CapAdd: ['NET_ADMIN'], Memory: 1 }, [mount({}), mount({ kind: 'volume', source: 'data' })])).toEqual(
      [],
    );
  });

  it.each<[string, JsonObject, string]>([
    ['privileged', { Privileged: true }, 'privileged'],
    ['every capability', { CapAdd: ['cap_all'] }, 'all-capabilities'],
    ['the processes of the host', { PidMode: 'host' }, 'host-processes'],
    ['a bind mount that no specification here would have', { Binds: ['/var/run/docker.sock:/s'] }, 'docker-socket'],
    ['the root by a detour', { Binds: ['/srv/../:/host:ro'] }, 'host-root'],
    ['a mount in full', { Mounts: [{ Type: 'bind', Source: '/etc', Target: '/x' }] }, 'host-root'],
    [
      'a volume that is a bind mount',
      { Mounts: [{ Type: 'volume', VolumeOptions: { DriverConfig: { Options: { device: '/root', o: 'bind' } } } }] },
      'host-root',
    ],
    ['a disk', { Devices: [{ PathOnHost: '/dev/sda1', PathInContainer: '/dev/x' }] }, 'host-root'],
  ])('is %s', (_, hostConfig, power) => {
    expect(asked(hostConfig)).toEqual([power]);
  });

  it('is what is mounted as well, however it was written', () => {
    expect(asked({}, [mount({ source: '/run/docker.sock' })])).toEqual(['docker-socket']);
    const value = { Type: 'volume', VolumeOptions: { DriverConfig: { Options: { type: 'none', device: '/boot' } } } };
    const declared = { form: 'mount' as const, value };
    expect(asked({}, [mount({ kind: 'volume', source: 'v', declared })])).toEqual(['host-root']);
  });

  it('is not misled by what is of another shape', () => {
    expect(asked({ Binds: 'x', Mounts: [null, 7], Devices: {}, CapAdd: [7] } as unknown as JsonObject)).toEqual([]);
  });
});

import { expect, it } from 'vitest';
import { createBody, firstNetwork, hasEndpoints, imageNames } from '../../src/docker/create-body.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { DEFAULT_GATE, type ServiceMount, type ServiceSpec } from '../../src/domain/service-spec.ts';
import { IMAGE } from './inspected.ts';

function spec(
  mounts: Partial<ServiceMount>[] = [],
  hostConfig: JsonObject = {},
  networks: Record<string, JsonObject> = {},
  config: JsonObject = {},
): ServiceSpec {
  const mount = { kind: 'volume', source: 'data', target: '/data', readOnly: false, slotKey: null, sharedBecause: 'x' };
  return {
    name: 'server',
    role: 'controller',
    containerName: 'acme',
    image: IMAGE,
    settings: { config, hostConfig, networks },
    mounts: mounts.map((more) => ({ ...mount, declared: { form: 'implicit' }, ...more }) as ServiceMount),
    gate: DEFAULT_GATE,
  };
}

const hostConfigOf = (...mounts: Partial<ServiceMount>[]) => createBody(spec(mounts), 'x', {}).HostConfig as JsonObject;

it('turns the restart policy off and adds labels to the user’s', () => {
  const body = createBody(
    spec(
      [],
      { RestartPolicy: { Name: 'always', MaximumRetryCount: 0 }, Memory: 1 },
      {},
      { Labels: { a: '1' }, Env: ['A=1'] },
    ),
    'acme/server:1.0',
    { 'io.belay.release': 'R1' },
  );
  expect(body).toEqual({
    Image: 'acme/server:1.0',
    Env: ['A=1'],
    Labels: { a: '1', 'io.belay.release': 'R1' },
    HostConfig: { Memory: 1, RestartPolicy: { Name: 'no', MaximumRetryCount: 0 }, AutoRemove: false },
  });
});

it('writes every mount in the form that the user chose', () => {
  const value = { Type: 'bind', Source: '/old', Target: '/b', BindOptions: { Propagation: 'rslave' } };
  const body = createBody(
    spec(
      [
        { kind: 'bind', source: '/srv', target: '/srv', declared: { form: 'bind', options: 'ro,z' } },
        { declared: { form: 'bind', options: '' } },
        { kind: 'bind', source: '/new', target: '/b', declared: { form: 'mount', value } },
        { source: 'f00', target: '/anon' },
        { source: 'db', target: '/db', readOnly: true },
      ],
      { Mounts: [{ Type: 'tmpfs', Target: '/t' }] },
    ),
    'x',
    {},
  );
  expect(body.HostConfig).toMatchObject({
    Binds: ['/srv:/srv:ro,z', 'data:/data'],
    Mounts: [
      { Type: 'tmpfs', Target: '/t' },
      { ...value, Source: '/new' },
      { Type: 'volume', Source: 'f00', Target: '/anon' },
      { Type: 'volume', Source: 'db', Target: '/db', ReadOnly: true },
    ],
  });
});

it('keeps the engine from filling a clone, in every form', () => {
  const slotKey = 'volume:data';
  const value = { Type: 'volume', Target: '/data', VolumeOptions: { Labels: { a: 'b' } } };
  expect(hostConfigOf({ slotKey, declared: { form: 'bind', options: 'z' } }).Binds).toEqual(['data:/data:z,nocopy']);
  expect(hostConfigOf({ slotKey, declared: { form: 'bind', options: 'nocopy' } }).Binds).toEqual(['data:/data:nocopy']);
  expect(hostConfigOf({ slotKey, declared: { form: 'mount', value } }).Mounts).toEqual([
    { Type: 'volume', Target: '/data', Source: 'data', VolumeOptions: { Labels: { a: 'b' }, NoCopy: true } },
  ]);
  expect(hostConfigOf({ slotKey }).Mounts).toEqual([
    { Type: 'volume', Target: '/data', Source: 'data', VolumeOptions: { NoCopy: true } },
  ]);
});

it('lets it fill a volume that begins with the release, and never touches a bind mount', () => {
  expect(hostConfigOf({ slotKey: 'new:server:/data' }).Mounts).toEqual([
    { Type: 'volume', Target: '/data', Source: 'data' },
  ]);
  const bind = { kind: 'bind' as const, source: '/srv', target: '/srv', slotKey: 'bind:/srv' };
  expect(hostConfigOf({ ...bind, declared: { form: 'bind', options: '' } }).Binds).toEqual(['/srv:/srv']);
});

it('names the first network only, and none on the default bridge', () => {
  const networks = { back: { Aliases: ['b'] }, front: { IPAMConfig: { IPv4Address: '10.0.0.9' } } };
  expect(createBody(spec([], { NetworkMode: 'front' }, networks), 'x', {}).NetworkingConfig).toEqual({
    EndpointsConfig: { front: networks.front },
  });
  expect(createBody(spec([], { NetworkMode: 'default' }, { bridge: {} }), 'x', {})).not.toHaveProperty(
    'NetworkingConfig',
  );
});

it.each([
  ['default', 'bridge', true],
  ['', 'bridge', true],
  ['front', 'front', true],
  ['host', null, false],
  ['none', null, false],
  ['container:db', null, false],
])('network mode %s begins in %s', (NetworkMode, first, endpoints) => {
  expect(firstNetwork(spec([], { NetworkMode }))).toBe(first);
  expect(hasEndpoints(spec([], { NetworkMode }))).toBe(endpoints);
});

it('creates by digest, or else by id, or else by name', () => {
  const { digest, imageId } = IMAGE;
  expect(imageNames(IMAGE)).toEqual([`acme/server:1.0@${digest}`, imageId]);
  expect(imageNames({ ...IMAGE, digest: null })).toEqual([imageId]);
  expect(imageNames({ ...IMAGE, imageId: null })).toEqual([`acme/server:1.0@${digest}`]);
  expect(imageNames({ ...IMAGE, digest: null, imageId: null })).toEqual(['acme/server:1.0']);
});

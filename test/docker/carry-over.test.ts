import { describe, expect, it } from 'vitest';
import { configFrom, specFrom } from './inspected.ts';

describe('the environment', () => {
  it('keeps what the image does not set in the same words', () => {
    const image = { Env: ['PATH=/bin', 'LOG=info', 'GONE=1'] };
    const merged = { Env: ['LOG=debug', 'TOKEN=x=y', 'PATH=/bin', 'GONE'] };
    expect(configFrom(merged, image)).toEqual({ Env: ['LOG=debug', 'TOKEN=x=y', 'GONE'] });
  });

  it('is absent where everything came from the image', () => {
    expect(configFrom({ Env: ['PATH=/bin'] }, { Env: ['PATH=/bin'] })).toEqual({});
  });
});

describe('command and entrypoint', () => {
  const image = { Entrypoint: ['/entry'], Cmd: ['serve'] };

  it.each([
    ['neither', { Entrypoint: ['/entry'], Cmd: ['serve'] }, {}],
    ['the command', { Entrypoint: ['/entry'], Cmd: ['serve', '-v'] }, { Cmd: ['serve', '-v'] }],
    ['the entrypoint, which voids the command', { Entrypoint: ['/sh'], Cmd: null }, { Entrypoint: ['/sh'] }],
    [
      'the entrypoint and the same command',
      { Entrypoint: ['/sh'], Cmd: ['serve'] },
      { Entrypoint: ['/sh'], Cmd: ['serve'] },
    ],
    ['the same entrypoint without a command', { Entrypoint: ['/entry'], Cmd: null }, { Entrypoint: ['/entry'] }],
    ['no entrypoint', { Entrypoint: null, Cmd: ['sh'] }, { Entrypoint: [''], Cmd: ['sh'] }],
  ])('the user set %s', (_what, merged, carried) => {
    expect(configFrom(merged, image)).toEqual(carried);
  });

  it('carries a command to an image that has neither', () => {
    expect(configFrom({ Entrypoint: null, Cmd: ['sh'] }, {})).toEqual({ Cmd: ['sh'] });
  });
});

describe('user, working directory, stop signal, shell', () => {
  const image = { User: 'acme', WorkingDir: '/srv', StopSignal: 'SIGINT', Shell: ['/bin/bash', '-c'] };

  it('are left out where they are the image’s', () => expect(configFrom(image, image)).toEqual({}));

  it('are carried where they differ', () => {
    const set = { User: '102:105', WorkingDir: '/data', StopSignal: 'SIGTERM', Shell: ['/bin/ash', '-c'] };
    expect(configFrom(set, image)).toEqual(set);
  });

  it('take the engine’s root directory for no working directory', () => {
    expect(configFrom({ WorkingDir: '/' }, {})).toEqual({});
    expect(configFrom({ WorkingDir: '/' }, { WorkingDir: '/srv' })).toEqual({ WorkingDir: '/' });
  });
});

describe('labels', () => {
  it('leave out the image’s equal ones and Belay’s own, and keep the rest', () => {
    const labels = {
      vendor: 'acme',
      tier: 'gold',
      team: 'ops',
      'io.belay.appliance': 'acme',
      'io.belay.release': 'RAAAAAAAAAA',
      'io.belay.operation': 'OAAAAAAAAAA',
      'io.belay.service': 'server',
      'io.belay.gate.stable': '5s',
    };
    expect(configFrom({ Labels: labels }, { Labels: { vendor: 'acme', tier: 'silver' } })).toEqual({
      Labels: { tier: 'gold', team: 'ops', 'io.belay.gate.stable': '5s' },
    });
  });
});

describe('the health check', () => {
  const image = { Healthcheck: { Test: ['CMD', 'probe'], Interval: 5_000_000_000, Retries: 3 } };

  it.each([
    ['all of it is the image’s', { Test: ['CMD', 'probe'], Interval: 5_000_000_000, Retries: 3 }, {}],
    [
      'one field is the user’s',
      { Test: ['CMD', 'probe'], Interval: 1_000_000_000, Retries: 3 },
      { Interval: 1_000_000_000 },
    ],
    ['it was turned off', { Test: ['NONE'], Interval: 5_000_000_000, Retries: 3 }, { Test: ['NONE'] }],
  ])('where %s', (_what, merged, carried) => {
    expect(configFrom({ Healthcheck: merged }, image).Healthcheck ?? {}).toEqual(carried);
  });

  it('is carried whole where the image has none', () => {
    const Healthcheck = { Test: ['CMD-SHELL', 'true'], Interval: 1, Timeout: 2, StartPeriod: 3, Retries: 4 };
    expect(configFrom({ Healthcheck })).toEqual({ Healthcheck });
  });
});

describe('ports and volumes', () => {
  it('keep published ports, also where the image exposes them, and drop its others', () => {
    const merged = { ExposedPorts: { '80/tcp': {}, '443/tcp': {}, '9000/tcp': {} } };
    const image = { ExposedPorts: { '80/tcp': {}, '443/tcp': {} } };
    const published = { PortBindings: { '80/tcp': [{ HostIp: '', HostPort: '8080' }] } };
    expect(configFrom(merged, image, published)).toEqual({ ExposedPorts: { '80/tcp': {}, '9000/tcp': {} } });
  });

  it('keep the volumes that the image does not declare', () => {
    expect(configFrom({ Volumes: { '/data': {}, '/own': {} } }, { Volumes: { '/data': {} } })).toEqual({
      Volumes: { '/own': {} },
    });
  });
});

describe('names and terminals', () => {
  it('drop the hostname that the engine made of the id', () => expect(configFrom({})).toEqual({}));

  it('keep a hostname, a domain and a MAC address that were set', () => {
    const set = { Hostname: 'web', Domainname: 'acme.test', MacAddress: '02:42:00:00:00:01' };
    expect(configFrom(set)).toEqual(set);
  });

  it.each([
    ['another container’s network', 'other', { NetworkMode: 'container:db' }, {}],
    ['the host’s UTS namespace', 'other', { UTSMode: 'host' }, {}],
    ['the host’s network, with the host’s name', 'host1', { NetworkMode: 'host' }, {}],
    ['the host’s network, with a name of its own', 'web', { NetworkMode: 'host' }, { Hostname: 'web' }],
  ])('judge the hostname on %s', (_what, Hostname, hostConfig, carried) => {
    expect(configFrom({ Hostname }, {}, hostConfig)).toEqual(carried);
  });

  it('keep terminal settings that are on and a stop timeout of nought', () => {
    const set = {
      Tty: true,
      OpenStdin: true,
      StdinOnce: true,
      AttachStdin: true,
      AttachStdout: true,
      AttachStderr: true,
    };
    expect(configFrom({ ...set, StopTimeout: 0 })).toEqual({ ...set, StopTimeout: 0 });
    expect(configFrom({ Tty: false, OpenStdin: false, StopTimeout: null })).toEqual({});
  });
});

describe('the host config', () => {
  it('is carried whole, but for what belongs to mounts or to one container only', () => {
    const limits = {
      NetworkMode: 'default',
      Memory: 64 << 20,
      NanoCpus: 5e8,
      CapAdd: ['NET_ADMIN'],
      Devices: [{ PathOnHost: '/dev/null', PathInContainer: '/dev/x', CgroupPermissions: 'r' }],
      Ulimits: [{ Name: 'nofile', Soft: 1024, Hard: 2048 }],
      Sysctls: { 'net.core.somaxconn': '512' },
      SecurityOpt: ['no-new-privileges'],
      MaskedPaths: [],
      Tmpfs: { '/run/acme': 'size=1m' },
      Init: true,
      RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 3 },
    };
    const dropped = {
      Binds: ['v:/v'],
      VolumesFrom: ['db'],
      ContainerIDFile: '/tmp/cid',
      AutoRemove: false,
      Mounts: null,
    };
    expect(specFrom({ hostConfig: { ...limits, ...dropped } }).settings.hostConfig).toEqual(limits);
  });

  it('has links as they are written, not as they are shown', () => {
    const Links = ['/db:/acme/sql', '/cache:/acme/cache', 'raw:alias', 'plain'];
    expect(specFrom({ hostConfig: { Links } }).settings.hostConfig.Links).toEqual([
      'db:sql',
      'cache:cache',
      'raw:alias',
      'plain:plain',
    ]);
  });
});

describe('networks', () => {
  const shown = { EndpointID: 'x', Gateway: '10.0.0.1', IPAddress: '10.0.0.9', MacAddress: '02:42:0a:00:00:09' };

  it('keep what was asked for and drop what the engine assigned or added', () => {
    const networks = {
      front: {
        ...shown,
        IPAMConfig: { IPv4Address: '10.0.0.9' },
        Links: ['db:sql'],
        Aliases: ['www', 'a1b2c3d4e5f6', 'web'],
        DriverOpts: { 'com.example.opt': '1' },
      },
      back: { ...shown, IPAMConfig: null, Links: null, Aliases: ['a1b2c3d4e5f6', 'web'], DriverOpts: null },
    };
    expect(specFrom({ config: { Hostname: 'web' }, networks }).settings.networks).toEqual({
      front: {
        IPAMConfig: { IPv4Address: '10.0.0.9' },
        Links: ['db:sql'],
        Aliases: ['www'],
        DriverOpts: { 'com.example.opt': '1' },
      },
      back: {},
    });
  });

  it('keep an alias like the hostname where the engine shows its own names apart', () => {
    const networks = {
      front: { ...shown, Aliases: ['web', 'a1b2c3d4e5f6'], DNSNames: ['acme', 'web', 'a1b2c3d4e5f6'] },
    };
    expect(specFrom({ config: { Hostname: 'web' }, networks }).settings.networks).toEqual({
      front: { Aliases: ['web'] },
    });
  });
});

describe('the service', () => {
  it('is named by Compose, or else like its container', () => {
    expect(specFrom({})).toMatchObject({ name: 'acme', containerName: 'acme', role: 'controller' });
    expect(specFrom({ config: { Labels: { 'com.docker.compose.service': 'web' } } }).name).toBe('web');
  });

  it('takes the gate from the container’s labels, or else from the image’s', () => {
    const imageConfig = { Labels: { 'io.belay.gate.deadline': '5m', 'io.belay.gate.stable': '2s' } };
    const config = { Labels: { 'io.belay.gate.stable': '500ms', 'io.belay.version-command': 'acme --version' } };
    expect(specFrom({ config, imageConfig }).gate).toEqual({
      deadlineMs: 300_000,
      limitMs: 7_200_000,
      stableMs: 500,
      versionCommand: ['acme', '--version'],
    });
  });
});

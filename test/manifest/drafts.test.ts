import { describe, expect, test } from 'vitest';
import { draftOf } from '../../src/manifest/drafts.ts';
import { oneService, reading } from './reading.ts';

function draft(text: string, files: Record<string, string> = {}) {
  const { manifest, problems } = reading(text, files);
  expect(problems).toEqual([]);
  if (!manifest) throw new Error('it was not read');
  return draftOf(manifest, 'acme');
}

const first = (...lines: string[]) => {
  const [service] = draft(oneService(...lines)).services;
  if (!service) throw new Error('there is no service');
  return service;
};
const config = (...lines: string[]) => first(...lines).spec.settings.config;
/** Without the network, which every service has. */
const hostConfig = (...lines: string[]) => {
  const { NetworkMode, ...rest } = first(...lines).spec.settings.hostConfig;
  return rest;
};

test('a service of which only the image is said', () => {
  expect(draft(oneService())).toEqual({
    services: [
      {
        spec: {
          name: 'server',
          role: 'controller',
          containerName: 'acme-server',
          image: { reference: 'acme/server:1.0', repository: 'acme/server', tag: '1.0', digest: null, imageId: null },
          settings: {
            config: {},
            hostConfig: { NetworkMode: 'acme_default' },
            networks: { acme_default: { Aliases: ['server'] } },
          },
          mounts: [],
          gate: { deadlineMs: 300_000, limitMs: 7_200_000, stableMs: 45_000, versionCommand: null },
          dependsOn: {},
        },
        mounts: [],
      },
    ],
    volumes: [],
    networks: [{ name: 'acme_default', external: false, settings: { Driver: 'bridge' }, labels: {} }],
    allowed: [],
  });
});

describe('what becomes of a key in the container’s own configuration', () => {
  test.each([
    ['command: serve --name "a b"', { Cmd: ['serve', '--name', 'a b'] }],
    ['command: [serve, 8080]', { Cmd: ['serve', '8080'] }],
    ['entrypoint: /init -x', { Entrypoint: ['/init', '-x'] }],
    ['entrypoint: []', { Entrypoint: [''] }],
    ['entrypoint:', {}],
    ['environment: {A: 1.10, B: yes, C: ""}', { Env: ['A=1.10', 'B=yes', 'C='] }],
    ['environment: [A=1, "B=a=b"]', { Env: ['A=1', 'B=a=b'] }],
    ['hostname: web-1', { Hostname: 'web-1' }],
    ['user: 1000:1000', { User: '1000:1000' }],
    ['working_dir: /srv', { WorkingDir: '/srv' }],
    ['labels: {tier: gold}', { Labels: { tier: 'gold' } }],
    ['labels: [tier=gold]', { Labels: { tier: 'gold' } }],
    ['stop_signal: SIGINT', { StopSignal: 'SIGINT' }],
    ['stop_grace_period: 1m30s', { StopTimeout: 90 }],
    ['stop_grace_period: 0s', { StopTimeout: 0 }],
    ['expose: [8080, 53/udp]', { ExposedPorts: { '8080/tcp': {}, '53/udp': {} } }],
    ['tty: true', { Tty: true }],
    [
      'healthcheck: {test: wget x, interval: 1s500ms, retries: 3}',
      { Healthcheck: { Test: ['CMD-SHELL', 'wget x'], Interval: 1_500_000_000, Retries: 3 } },
    ],
    [
      'healthcheck: {test: [CMD, true], start_period: 1m}',
      { Healthcheck: { Test: ['CMD', 'true'], StartPeriod: 60_000_000_000 } },
    ],
    ['healthcheck: {disable: true}', { Healthcheck: { Test: ['NONE'] } }],
  ])('%s', (line, expected) => {
    expect(config(line)).toEqual(expected);
  });
});

describe('what becomes of a key in the host’s configuration', () => {
  test.each([
    ['ports: ["8080:80"]', { PortBindings: { '80/tcp': [{ HostIp: '', HostPort: '8080' }] } }],
    [
      'ports: ["127.0.0.1:1:80", "[::1]:1:80"]',
      {
        PortBindings: {
          '80/tcp': [
            { HostIp: '127.0.0.1', HostPort: '1' },
            { HostIp: '::1', HostPort: '1' },
          ],
        },
      },
    ],
    [
      'ports: [{target: 53, published: 53, protocol: udp, host_ip: 127.0.0.1}]',
      { PortBindings: { '53/udp': [{ HostIp: '127.0.0.1', HostPort: '53' }] } },
    ],
    ['ports: [80]', { PortBindings: { '80/tcp': [{ HostIp: '', HostPort: '' }] } }],
    ['restart: on-failure:3', { RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 3 } }],
    ['restart: unless-stopped', { RestartPolicy: { Name: 'unless-stopped', MaximumRetryCount: 0 } }],
    ['cap_add: [NET_ADMIN]', { CapAdd: ['NET_ADMIN'] }],
    ['cap_drop: [ALL]', { CapDrop: ['ALL'] }],
    [
      'devices: [/dev/a, "/dev/b:/dev/c:r"]',
      {
        Devices: [
          { PathOnHost: '/dev/a', PathInContainer: '/dev/a', CgroupPermissions: 'rwm' },
          { PathOnHost: '/dev/b', PathInContainer: '/dev/c', CgroupPermissions: 'r' },
        ],
      },
    ],
    ['tmpfs: /run', { Tmpfs: { '/run': '' } }],
    ['tmpfs: ["/run:size=64m"]', { Tmpfs: { '/run': 'size=64m' } }],
    [
      'volumes: [{type: tmpfs, target: /run, tmpfs: {size: 64m}}]',
      { Mounts: [{ Type: 'tmpfs', Target: '/run', TmpfsOptions: { SizeBytes: 67_108_864 } }] },
    ],
    [
      'ulimits: {nofile: {soft: 1, hard: 2}, nproc: -1}',
      {
        Ulimits: [
          { Name: 'nofile', Soft: 1, Hard: 2 },
          { Name: 'nproc', Soft: -1, Hard: -1 },
        ],
      },
    ],
    ['sysctls: {net.core.somaxconn: 1024}', { Sysctls: { 'net.core.somaxconn': '1024' } }],
    ['extra_hosts: ["db:10.0.0.1", "x=10.0.0.2"]', { ExtraHosts: ['db:10.0.0.1', 'x:10.0.0.2'] }],
    ['extra_hosts: {db: 10.0.0.1}', { ExtraHosts: ['db:10.0.0.1'] }],
    ['dns: 10.0.0.1', { Dns: ['10.0.0.1'] }],
    [
      'logging: {driver: json-file, options: {max-size: 10m}}',
      { LogConfig: { Type: 'json-file', Config: { 'max-size': '10m' } } },
    ],
    ['mem_limit: 512m', { Memory: 536_870_912 }],
    ['mem_limit: 1.5g', { Memory: 1_610_612_736 }],
    ['cpus: 0.5', { NanoCpus: 500_000_000 }],
    [
      'deploy: {resources: {limits: {cpus: "2", memory: 1gb, pids: 100}, reservations: {memory: 1k}}}',
      { Memory: 1_073_741_824, MemoryReservation: 1024, NanoCpus: 2_000_000_000, PidsLimit: 100 },
    ],
    ['memswap_limit: -1', { MemorySwap: -1 }],
    ['init: true', { Init: true }],
    ['init: false', {}],
    ['read_only: true', { ReadonlyRootfs: true }],
    ['security_opt: ["no-new-privileges:true"]', { SecurityOpt: ['no-new-privileges=true'] }],
    ['ipc: private', { IpcMode: 'private' }],
    ['shm_size: 64m', { ShmSize: 67_108_864 }],
  ])('%s', (line, expected) => {
    expect(hostConfig(line)).toEqual(expected);
  });
});

describe('mounts', () => {
  const mounts = (volumes: string, top = '') => {
    const [service] = draft(`${oneService(`volumes: ${volumes}`)}${top}`).services;
    return service?.mounts;
  };
  test.each([
    [
      '[data:/data]',
      'volumes: {data: }',
      { kind: 'volume', source: 'acme_data', target: '/data', readOnly: false, declared: { form: 'implicit' } },
    ],
    [
      '[data:/data:ro]',
      'volumes: {data: }',
      {
        kind: 'volume',
        source: 'acme_data',
        target: '/data',
        readOnly: true,
        declared: { form: 'bind', options: 'ro' },
      },
    ],
    [
      '[data:/data]',
      'volumes: {data: {name: my-data}}',
      { kind: 'volume', source: 'my-data', target: '/data', readOnly: false, declared: { form: 'implicit' } },
    ],
    [
      '[data:/data]',
      'volumes: {data: {external: true}}',
      { kind: 'volume', source: 'data', target: '/data', readOnly: false, declared: { form: 'implicit' } },
    ],
    ['[/data]', '', { kind: 'volume', source: '', target: '/data', readOnly: false, declared: { form: 'implicit' } }],
    [
      '[./conf/:/etc/acme:ro]',
      '',
      {
        kind: 'bind',
        source: '/srv/acme/conf',
        target: '/etc/acme',
        readOnly: true,
        declared: { form: 'bind', options: 'ro' },
      },
    ],
    [
      '[../x:/x]',
      '',
      { kind: 'bind', source: '/srv/x', target: '/x', readOnly: false, declared: { form: 'bind', options: '' } },
    ],
    [
      '[{type: bind, source: /a, target: /b, read_only: true, bind: {propagation: rslave}}]',
      '',
      {
        kind: 'bind',
        source: '/a',
        target: '/b',
        readOnly: true,
        declared: {
          form: 'mount',
          value: { Type: 'bind', Target: '/b', ReadOnly: true, BindOptions: { Propagation: 'rslave' } },
        },
      },
    ],
    [
      '[{type: volume, source: data, target: /b, volume: {nocopy: true}}]',
      'volumes: {data: }',
      {
        kind: 'volume',
        source: 'acme_data',
        target: '/b',
        readOnly: false,
        declared: { form: 'mount', value: { Type: 'volume', Target: '/b', VolumeOptions: { NoCopy: true } } },
      },
    ],
  ])('%s %s', (volumes, top, expected) => {
    expect(mounts(volumes, top)).toEqual([expected]);
  });

  test('a volume with a driver of its own', () => {
    const text = `${oneService('volumes: [d:/d]')}volumes: {d: {driver: local, driver_opts: {type: nfs, o: addr=10.0.0.1}, labels: {a: 1}}}\n`;
    expect(draft(text).volumes).toEqual([
      {
        name: 'acme_d',
        external: false,
        driver: 'local',
        driverOptions: { type: 'nfs', o: 'addr=10.0.0.1' },
        labels: { a: '1' },
      },
    ]);
  });
});

describe('networks', () => {
  const settings = (lines: string[], top: string) => draft(`${oneService(...lines)}${top}`).services[0]?.spec.settings;

  test('of its own, with aliases and a fixed address', () => {
    const lines = ['networks: {front: {aliases: [www], ipv4_address: 10.9.0.5}, back: }'];
    const found = settings(
      lines,
      'networks: {front: {ipam: {config: [{subnet: 10.9.0.0/24}]}}, back: {external: true, name: shared}}\n',
    );
    expect(found?.hostConfig).toEqual({ NetworkMode: 'acme_front' });
    expect(found?.networks).toEqual({
      acme_front: { Aliases: ['server', 'www'], IPAMConfig: { IPv4Address: '10.9.0.5' } },
      shared: { Aliases: ['server'] },
    });
    expect(
      draft(
        `${oneService(...lines)}networks: {front: {ipam: {config: [{subnet: 10.9.0.0/24}]}}, back: {external: true, name: shared}}\n`,
      ).networks,
    ).toEqual([
      {
        name: 'acme_front',
        external: false,
        settings: { Driver: 'bridge', IPAM: { Driver: 'default', Config: [{ Subnet: '10.9.0.0/24' }] } },
        labels: {},
      },
      { name: 'shared', external: true, settings: { Driver: 'bridge' }, labels: {} },
    ]);
  });

  test('the host’s, and then none is made', () => {
    const made = draft(oneService('network_mode: host'));
    expect(made.services[0]?.spec.settings).toEqual({ config: {}, hostConfig: { NetworkMode: 'host' }, networks: {} });
    expect(made.networks).toEqual([]);
  });
});

test('environment files come first, and later ones before earlier ones', () => {
  const text = oneService('env_file: [a.env, {path: ./b.env}]', 'environment: {C: manifest}');
  const { services } = draft(text, { 'a.env': 'A=a\nB=a\nC=a', 'b.env': 'B=b' });
  expect(services[0]?.spec.settings.config).toEqual({ Env: ['A=a', 'B=b', 'C=manifest'] });
});

test('services are started after those that they depend on, roles and gates come from x-belay', () => {
  const text = `name: acme
services:
  server:
    image: registry:5000/acme/server:2.0
    container_name: acme
    depends_on: {db: {condition: service_healthy}, cache: {condition: service_started}}
  agent: {image: "registry:5000/acme/agent:\${VERSION}", depends_on: [server]}
  db: {image: "postgres:14"}
  cache: {image: "redis:2.0"}
  server-2: {image: "registry:5000/acme/server:2.0", depends_on: [server]}
x-belay:
  gate: {deadline: 2m}
  version_command: acme --version
  services:
    server: {role: controller, gate: {stable: 5s, limit: 1h, ports: [8080]}}
    agent: {role: engine}
    server-2: {role: node}
    cache: {version: with-controller, version_command: [redis, -v]}
`;
  const { services } = draft(text, { '.env': 'VERSION=2.0' });
  expect(
    services.map(({ spec }) => [spec.name, spec.role, spec.containerName, spec.image.tag, spec.versioned ?? null]),
  ).toEqual([
    ['db', 'app', 'acme-db', '14', null],
    ['cache', 'app', 'acme-cache', '2.0', 'with-controller'],
    ['server', 'controller', 'acme', '2.0', null],
    ['agent', 'engine', 'acme-agent', '2.0', 'with-controller'],
    ['server-2', 'node', 'acme-server-2', '2.0', null],
  ]);
  // What is said of the controller at the top is said of each of its nodes.
  expect(services.find(({ spec }) => spec.role === 'node')?.spec.askedGate).toEqual({
    deadlineMs: 120_000,
    versionCommand: ['acme', '--version'],
  });
  const server = services.find(({ spec }) => spec.name === 'server')?.spec;
  expect(server?.dependsOn).toEqual({ db: 'healthy', cache: 'started' });
  expect(server?.askedGate).toEqual({
    deadlineMs: 120_000,
    limitMs: 3_600_000,
    stableMs: 5_000,
    versionCommand: ['acme', '--version'],
    ports: [8080],
  });
  expect(services.find(({ spec }) => spec.name === 'cache')?.spec.askedGate).toEqual({
    deadlineMs: 120_000,
    versionCommand: ['redis', '-v'],
  });
  expect(services.find(({ spec }) => spec.name === 'db')?.spec.askedGate).toEqual({ deadlineMs: 120_000 });
});

test('what a Compose file shares by anchors and merge keys is there in each service', () => {
  const text = `x-common: &common
  restart: always
  environment: &env {TZ: UTC}
services:
  server: {<<: *common, image: "acme:1"}
  web: {<<: *common, image: "web:1", environment: {<<: *env, A: 1}}
x-belay: {services: {server: {role: controller}}}
`;
  const [server, web] = draft(text).services.map(({ spec }) => spec.settings);
  expect(server?.config).toEqual({ Env: ['TZ=UTC'] });
  expect(web?.config).toEqual({ Env: ['A=1', 'TZ=UTC'] });
  expect(web?.hostConfig).toMatchObject({ RestartPolicy: { Name: 'always' } });
});

describe('variables that nobody may see', () => {
  const belay = (secrets: string) =>
    [oneService('environment: {A: 1, B: 2}'), 'x-belay:', `  services: {server: {secrets: ${secrets}}}`, ''].join('\n');

  test('are called so by name', () => {
    expect(draft(belay('[B, LATER, B]')).services[0]?.spec.secrets).toEqual(['B', 'LATER']);
    expect(draft(belay('[]')).services[0]?.spec).not.toHaveProperty('secrets');
  });

  test('have names that a variable can have', () => {
    expect(reading(belay('["A B"]')).problems[0]?.message).toContain('the name of a variable, such as DB_PASSWORD');
  });
});

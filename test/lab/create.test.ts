import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EMPTY_CONFIG } from '../../src/lab/image-definition.ts';
import { mergeConfig } from '../../src/lab/merge-config.ts';
import type { RunConfig } from '../../src/lab/records.ts';
import { nodeImage, openLab, SERVE, temporaryRoot, until } from './lab-under-test.ts';

const image: RunConfig = {
  ...EMPTY_CONFIG,
  User: 'daemon',
  Env: ['PATH=/bin', 'A=1', 'B=2'],
  Entrypoint: ['run'],
  Cmd: ['--quiet'],
  Labels: { x: 'image', y: 'image' },
  ExposedPorts: { '80/tcp': {} },
  Volumes: { '/data': {} },
  Healthcheck: { Test: ['CMD', 'true'], Interval: 5, Retries: 2 },
  WorkingDir: '/srv',
  StopSignal: 'SIGINT',
};

test('merges user and image as the engine does', () => {
  const merged = mergeConfig(
    { Env: ['B=3', 'C=4'], Labels: { x: 'user' }, Healthcheck: { Retries: 9 } },
    image,
    'host',
  );
  expect(merged).toMatchObject({
    Hostname: 'host',
    User: 'daemon',
    Env: ['B=3', 'C=4', 'PATH=/bin', 'A=1'],
    Entrypoint: ['run'],
    Cmd: ['--quiet'],
    Labels: { x: 'user', y: 'image' },
    Healthcheck: { Test: ['CMD', 'true'], Interval: 5, Retries: 9 },
    WorkingDir: '/srv',
    StopSignal: 'SIGINT',
  });
  const added = mergeConfig({ ExposedPorts: { '81/tcp': {} }, Volumes: { '/more': {} } }, image, 'host');
  expect(added.ExposedPorts).toEqual({ '80/tcp': {}, '81/tcp': {} });
  expect(added.Volumes).toEqual({ '/data': {}, '/more': {} });
});

test.each([
  { user: {}, Entrypoint: ['run'], Cmd: ['--quiet'] },
  { user: { Cmd: ['--loud'] }, Entrypoint: ['run'], Cmd: ['--loud'] },
  { user: { Cmd: '--loud' }, Entrypoint: ['run'], Cmd: ['--loud'] },
  { user: { Entrypoint: ['other'] }, Entrypoint: ['other'], Cmd: null },
  { user: { Entrypoint: ['other'], Cmd: ['x'] }, Entrypoint: ['other'], Cmd: ['x'] },
  { user: { Entrypoint: [''], Cmd: ['x'] }, Entrypoint: null, Cmd: ['x'] },
])('entrypoint and command of $user', ({ user, Entrypoint, Cmd }) => {
  expect(mergeConfig(user, image, 'host')).toMatchObject({ Entrypoint, Cmd });
});

test('refuses a container with nothing to run, and one of an unknown image', async () => {
  expect(() => mergeConfig({ Entrypoint: [''] }, image, 'host')).toThrow('No command specified');
  const { docker } = await openLab();
  await expect(docker.createContainer({ Image: 'nope:1' })).rejects.toMatchObject({
    statusCode: 404,
    json: { message: 'No such image: nope:1' },
  });
});

test('echoes the whole HostConfig, and the engine’s defaults where nothing was set', async () => {
  const { lab, docker } = await openLab();
  const { reference } = nodeImage(lab, SERVE);
  const HostConfig = { Memory: 100e6, CapAdd: ['NET_ADMIN'], ExtraHosts: ['db:10.0.0.1'], Ulimits: [], Init: true };
  const container = await docker.createContainer({ Image: reference, HostConfig });
  const inspected = await container.inspect();
  expect(inspected.HostConfig).toMatchObject({
    ...HostConfig,
    MemorySwap: 200e6,
    NetworkMode: 'default',
    ShmSize: 67108864,
    RestartPolicy: { Name: '', MaximumRetryCount: 0 },
  });
  await container.update({ Memory: 50e6, RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 3 } });
  const { HostConfig: updated } = await container.inspect();
  expect(updated).toMatchObject({ Memory: 50e6, RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 3 } });
  await expect(container.update({ RestartPolicy: { Name: 'sometimes' } })).rejects.toMatchObject({
    statusCode: 400,
    json: { message: "invalid restart policy 'sometimes'" },
  });
});

test('resolves every kind of mount, and tells the process where they lie', async () => {
  const { lab, docker } = await openLab();
  const bound = join(temporaryRoot(), 'bound/');
  const { reference } = nodeImage(lab, 'console.log(process.env.BELAY_LAB_MOUNTS)', { volumes: ['/data', '/image'] });
  const container = await docker.createContainer({
    name: 'all',
    Image: reference,
    HostConfig: {
      Binds: [`${bound}:/bound/`, 'named:/data:ro'],
      Mounts: [
        { Type: 'volume', Source: 'other', Target: '/other', ReadOnly: true },
        { Type: 'volume', Source: '', Target: '/anonymous' },
        { Type: 'tmpfs', Source: '', Target: '/tmp' },
      ],
    },
  });
  const { Mounts } = await container.inspect();
  const byTarget = new Map(Mounts.map((mount) => [mount.Destination, mount]));
  const volume = (name: string) => join(lab.root, 'volumes', name, '_data');
  expect(byTarget.get('/bound')).toMatchObject({ Type: 'bind', Source: bound.slice(0, -1), RW: true, Mode: '' });
  expect(byTarget.get('/data')).toMatchObject({ Type: 'volume', Name: 'named', Source: volume('named'), RW: false });
  expect(byTarget.get('/other')).toMatchObject({ Type: 'volume', Name: 'other', RW: false });
  expect(byTarget.get('/anonymous')?.Name).toMatch(/^[0-9a-f]{64}$/);
  expect(byTarget.get('/image')?.Name).toMatch(/^[0-9a-f]{64}$/);
  expect(byTarget.get('/tmp')).toMatchObject({ Type: 'tmpfs', Source: '' });
  expect(existsSync(bound)).toBe(false);
  await container.start();
  await container.wait();
  expect(existsSync(bound)).toBe(true);
  const told = JSON.parse((await container.logs({ stdout: true })).subarray(8).toString());
  expect(told).toMatchObject({ '/bound': bound.slice(0, -1), '/data': volume('named'), '/other': volume('other') });

  const heir = await docker.createContainer({ Image: reference, HostConfig: { VolumesFrom: ['all:ro'] } });
  const inherited = (await heir.inspect()).Mounts;
  expect(inherited.map(({ Source }) => Source).sort()).toEqual(Mounts.map(({ Source }) => Source).sort());
  expect(inherited.every(({ RW }) => !RW)).toBe(true);
});

test.each([
  {
    hostConfig: { Mounts: [{ Type: 'bind' as const, Source: '/no/such', Target: '/x' }] },
    message: 'bind source path does not exist',
  },
  { hostConfig: { Binds: ['rel/path:/x'] }, message: 'includes invalid characters for a local volume name' },
  { hostConfig: { Binds: ['aa:/x', 'bb:/x'] }, message: 'Duplicate mount point: /x' },
])('refuses $hostConfig', async ({ hostConfig, message }) => {
  const { lab, docker } = await openLab();
  const { reference } = nodeImage(lab, SERVE);
  await expect(docker.createContainer({ Image: reference, HostConfig: hostConfig })).rejects.toMatchObject({
    statusCode: 400,
    json: { message: expect.stringContaining(message) },
  });
});

test('follows mounts anew at each start: a bind path renamed meanwhile, a volume that somebody removed', async () => {
  const { lab, docker } = await openLab();
  const root = temporaryRoot();
  const live = join(root, 'live');
  mkdirSync(live);
  writeFileSync(join(live, 'word'), 'old');
  const script = `
    const fs = require("node:fs"), root = process.env.BELAY_LAB_ROOT;
    console.log(fs.readFileSync(root + "/bound/word", "utf8"), fs.readdirSync(root + "/data").length);
    fs.writeFileSync(root + "/data/kept", "");`;
  const { reference } = nodeImage(lab, script);
  const HostConfig = { Binds: [`${live}:/bound`, 'data:/data'] };
  const container = await docker.createContainer({ Image: reference, HostConfig });
  const runOnce = async () => {
    await container.start();
    await until(
      () => container.inspect(),
      ({ State }) => State.Status === 'exited',
    );
    const lines = (await container.logs({ stdout: true })).toString().trim().split('\n');
    return lines.at(-1)?.slice(-5);
  };
  expect(await runOnce()).toBe('old 0');
  expect(await runOnce()).toBe('old 1');
  renameSync(live, join(root, 'parked'));
  mkdirSync(live);
  writeFileSync(join(live, 'word'), 'new');
  renameSync(join(lab.root, 'volumes/data/_data'), join(root, 'lost'));
  expect(await runOnce()).toBe('new 0');
});

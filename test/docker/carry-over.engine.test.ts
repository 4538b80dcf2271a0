import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { askEngine } from '../../src/demo/private-engine/engine-api.ts';
import { DockerHost } from '../../src/docker/docker-host.ts';
import type { ContainerAnswer } from '../../src/docker/inspect-answers.ts';
import { makeImage } from '../support/images.ts';
import { describeOnEngine } from '../support/on-engine.ts';

const DEFAULTS = [
  'CMD ["sleep","600"]',
  'ENV PATH=/bin LOG=info COLOR=blue',
  'LABEL vendor=acme tier=silver',
  'VOLUME /data',
  'EXPOSE 80 443',
  'WORKDIR /tmp',
  'HEALTHCHECK --interval=5s --retries=9 CMD true',
];

describeOnEngine('carrying over, for real', ({ engine, name }) => {
  const host = new DockerHost({ socketPath: engine.socketPath });
  const image = `${name('carry')}:1.0`;
  const front = name('front');
  const back = name('back');
  const db = name('db');
  let directory = '';

  const inspect = async (container: string) =>
    JSON.parse(await engine.docker(['inspect', container]))[0] as ContainerAnswer;
  const run = async (container: string, flags: string[], command: string[] = []) => {
    await engine.docker(['run', '-d', '--name', name(container), ...flags, image, ...command]);
    return name(container);
  };
  /** Stops the old one, makes the new one from what is read from it, starts it, and returns both answers. */
  const remade = async (container: string): Promise<{ old: ContainerAnswer; now: ContainerAnswer }> => {
    const old = await inspect(container);
    const spec = await host.readSpec(container);
    // Its process 1 ignores SIGTERM, and the stop timeout is another test's.
    await engine.docker(['kill', container]);
    await host.stopInstance(container);
    await host.renameInstance(container, `${container}-old`);
    const id = await host.createInstance(spec, { name: container, labels: {} });
    await host.startInstance(id);
    return { old, now: await inspect(id) };
  };

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'belay-carry-'));
    await writeFile(join(directory, 'env'), 'FROM_FILE=1\n');
    await makeImage(engine, { reference: image, changes: DEFAULTS });
    const subnet = async (network: string, offset: number) => {
      const [, second = '0'] = (
        await engine.docker(['network', 'inspect', 'bridge', '-f', '{{(index .IPAM.Config 0).Subnet}}'])
      ).split('.');
      const subnets = [`10.${second}.${offset}.0/24`];
      await engine.docker(['network', 'create', ...subnets.flatMap((value) => ['--subnet', value]), network]);
      return `10.${second}.${offset}`;
    };
    frontPrefix = await subnet(front, 100);
    backPrefix = await subnet(back, 101);
    await run('db', ['-v', '/dbdata']);
  });
  let frontPrefix = '';
  let backPrefix = '';

  afterAll(async () => {
    const names = (await engine.docker(['ps', '-aq', '--filter', `name=^${name('')}`])).split('\n').filter(Boolean);
    if (names.length > 0) await engine.docker(['rm', '-fv', ...names]);
    await engine.docker(['network', 'rm', front, back]);
    await rm(directory, { recursive: true, force: true });
  });

  it('makes a container of forty flags again, field by field', async () => {
    // biome-ignore format: one flag to a line
    const web = await run('web', [
      '--network', front, '--network-alias', 'www', '--network-alias', 'api', '--ip', `${frontPrefix}.50`,
      '--hostname', 'web1', '--domainname', 'acme.test',
      '--env', 'LOG=debug', '--env', 'TOKEN=a=b c', '--env-file', join(directory, 'env'),
      '--label', 'tier=gold', '--label', 'team=ops',
      '--user', '0:0', '--workdir', '/data', '--entrypoint', 'sleep',
      '--publish', '127.0.0.1::80', '--publish', '9443:443/udp', '--expose', '7777',
      '--volume', `${name('named')}:/named:nocopy`, '--volume', `${directory}:/host:ro`, '--volume', '/anonymous',
      '--mount', `type=volume,src=${name('mounted')},dst=/mounted,volume-label=a=b`,
      '--mount', `type=bind,src=${directory},dst=/bound`,
      '--mount', 'type=tmpfs,dst=/cache,tmpfs-size=1048576,tmpfs-mode=1770',
      '--tmpfs', '/scratch:size=1m', '--shm-size', '32m', '--read-only', '--init',
      '--memory', '128m', '--memory-reservation', '64m', '--memory-swap', '256m', '--cpus', '0.5',
      '--cpu-shares', '512', '--pids-limit', '200', '--oom-score-adj', '100', '--blkio-weight', '300',
      '--cap-add', 'NET_ADMIN', '--cap-drop', 'MKNOD', '--security-opt', 'no-new-privileges',
      '--security-opt', 'systempaths=unconfined',
      '--device', '/dev/null:/dev/acme:r', '--device-cgroup-rule', 'c 1:3 r', '--group-add', 'nobody',
      '--ulimit', 'nofile=1024:2048', '--sysctl', 'net.core.somaxconn=512',
      '--dns', '192.0.2.53', '--dns-search', 'acme.test', '--dns-option', 'ndots:2',
      '--add-host', 'ldap:192.0.2.7', '--link', `${db}:sql`,
      '--log-driver', 'json-file', '--log-opt', 'max-size=1m', '--log-opt', 'max-file=3',
      '--restart', 'on-failure:5', '--stop-signal', 'SIGKILL', '--stop-timeout', '3',
      '--health-cmd', 'test -d /data', '--health-interval', '2s', '--health-start-period', '1s',
      '--ipc', 'private', '--pid', 'host', '--cgroupns', 'host', '--tty', '--interactive',
      '--cidfile', join(directory, 'cid'),
    ], ['555']);
    await engine.docker(['network', 'connect', '--ip', `${backPrefix}.60`, '--alias', 'inner', back, web]);
    const { old, now } = await remade(web);

    const { Image: oldImage, ...oldConfig } = old.Config;
    const { Image: newImage, ...newConfig } = now.Config;
    expect(newConfig).toEqual(oldConfig);
    expect([oldImage, newImage]).toEqual([image, old.Image]);
    expect(now.Image).toBe(old.Image);

    const mine = {
      Mounts: expect.anything(),
      Binds: expect.anything(),
      RestartPolicy: expect.anything(),
      ContainerIDFile: expect.anything(),
    };
    expect(now.HostConfig).toEqual({ ...old.HostConfig, ...mine, ContainerIDFile: '' });
    expect(now.HostConfig.RestartPolicy).toEqual({ Name: 'no', MaximumRetryCount: 0 });
    expect(now.HostConfig.Binds).toEqual(old.HostConfig.Binds);

    const points = (answer: ContainerAnswer) =>
      answer.Mounts.map(({ Type, Name, Source, Destination, RW, Propagation }) => ({
        Type,
        Name,
        Source,
        Destination,
        RW,
        Propagation,
      })).sort((a, b) => a.Destination.localeCompare(b.Destination));
    expect(points(now)).toEqual(points(old));
    expect(points(now).map(({ Destination }) => Destination)).toEqual([
      '/anonymous',
      '/bound',
      '/cache',
      '/data',
      '/host',
      '/mounted',
      '/named',
    ]);

    const asked = ({ Id, NetworkSettings }: ContainerAnswer) =>
      Object.entries(NetworkSettings.Networks ?? {}).map(
        ([network, { IPAMConfig, Links, Aliases, DriverOpts, IPAddress }]) => [
          network,
          {
            IPAMConfig,
            Links,
            DriverOpts,
            IPAddress,
            Aliases: Aliases?.map((alias) => alias.replace(Id.slice(0, 12), 'ID')).sort(),
          },
        ],
      );
    expect(asked(now)).toEqual(asked(old));
    expect(asked(now)).toMatchObject([
      [back, { IPAddress: `${backPrefix}.60`, Aliases: expect.arrayContaining(['inner']) }],
      [front, { IPAddress: `${frontPrefix}.50`, Aliases: expect.arrayContaining(['www', 'api']) }],
    ]);
  });

  it('makes a container without a single flag again', async () => {
    const { old, now } = await remade(await run('bare', []));
    const { Hostname: oldName, Image: _old, ...oldConfig } = old.Config;
    const { Hostname: newName, Image: _new, ...newConfig } = now.Config;
    expect(newConfig).toEqual(oldConfig);
    expect([oldName, newName]).toEqual([old.Id.slice(0, 12), now.Id.slice(0, 12)]);
    const volume = old.Mounts[0]?.Name;
    expect(now.HostConfig).toEqual({
      ...old.HostConfig,
      Mounts: [{ Type: 'volume', Source: volume, Target: '/data', VolumeOptions: { NoCopy: true } }],
    });
  });

  it('takes the user’s settings and not the old image’s defaults to a new image', async () => {
    const newer = `${name('carry')}:2.0`;
    await makeImage(engine, {
      reference: newer,
      changes: [
        'CMD ["sleep","700"]',
        'ENV PATH=/bin LOG=warn COLOR=green',
        'LABEL vendor=acme2',
        'EXPOSE 81',
        'WORKDIR /root',
      ],
    });
    const old = await run('moved', ['--env', 'LOG=debug', '--label', 'tier=gold']);
    const spec = await host.readSpec(old);
    const found = await host.inspectImage(newer);
    const moved = { ...spec.image, reference: newer, tag: '2.0', digest: null, imageId: found?.imageId ?? null };
    const id = await host.createInstance({ ...spec, image: moved }, { name: name('moved-new'), labels: {} });
    const { Config: config } = await inspect(id);
    expect([...(config.Env ?? [])].sort()).toEqual(['COLOR=green', 'LOG=debug', 'PATH=/bin']);
    expect(config).toMatchObject({
      Cmd: ['sleep', '700'],
      WorkingDir: '/root',
      Labels: { vendor: 'acme2', tier: 'gold' },
    });
    expect(config.ExposedPorts).toEqual({ '81/tcp': {} });
    expect(config.Healthcheck).toBeUndefined();
  });

  it('keeps links on the default bridge, and --volumes-from', async () => {
    const { old, now } = await remade(
      await run('linked', ['--link', `${db}:sql`, '--link', db, '--volumes-from', `${db}:ro`]),
    );
    expect([...(now.HostConfig.Links as string[])].sort()).toEqual([
      `/${db}:/${name('linked')}/${db}`,
      `/${db}:/${name('linked')}/sql`,
    ]);
    expect(now.HostConfig.VolumesFrom).toBeNull();
    const shared = (answer: ContainerAnswer) => answer.Mounts.find(({ Destination }) => Destination === '/dbdata');
    expect(shared(now)).toMatchObject({ Name: shared(old)?.Name, RW: false });
    expect(await engine.docker(['exec', now.Id, 'cat', '/etc/hosts'])).toContain('sql');
  });

  it.each([
    [
      'another container’s namespaces',
      () => ['--network', `container:${db}`, '--pid', `container:${db}`, '--entrypoint', 'sleep'],
    ],
    ['the host’s namespaces', () => ['--network', 'host', '--uts', 'host', '--ipc', 'host', '--entrypoint', 'sleep']],
    ['no network', () => ['--network', 'none', '--no-healthcheck', '--entrypoint', 'sleep']],
  ])('keeps %s', async (_what, flags) => {
    const { old, now } = await remade(
      await run(`spaces-${flags().length}-${flags()[1]?.replace(':', '-')}`, flags(), ['600']),
    );
    const { Hostname: _old, Image: _oldImage, ...oldConfig } = old.Config;
    const { Hostname: _new, Image: _newImage, ...newConfig } = now.Config;
    expect(newConfig).toEqual(oldConfig);
    expect(now.HostConfig).toEqual({ ...old.HostConfig, Mounts: now.HostConfig.Mounts });
    expect(now.State.Status).toBe('running');
  });

  it('keeps a network that was connected and one that was disconnected by hand', async () => {
    const container = await run('rewired', []);
    await engine.docker(['network', 'connect', back, container]);
    await engine.docker(['network', 'disconnect', 'bridge', container]);
    const { now } = await remade(container);
    expect(Object.keys(now.NetworkSettings.Networks ?? {})).toEqual([back]);
  });

  it('keeps a MAC address, which the create call has in a place of its own', async () => {
    const MacAddress = '02:42:ac:11:ee:01';
    await askEngine(engine.socketPath, `/containers/create?name=${name('mac')}`, {
      method: 'POST',
      body: { Image: image, MacAddress },
    });
    await engine.docker(['start', name('mac')]);
    const { now } = await remade(name('mac'));
    expect(now.Config.MacAddress).toBe(MacAddress);
    expect(await engine.docker(['exec', now.Id, 'cat', '/sys/class/net/eth0/address'])).toBe(MacAddress);
  });

  it('refuses a container that Docker deletes when it stops', async () => {
    const container = await run('brief', ['--rm']);
    await expect(host.readSpec(container)).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('--rm'),
      hint: expect.stringContaining('without --rm'),
    });
  });

  it('reads a container that was started by its image’s id', async () => {
    const { Id } = JSON.parse(await engine.docker(['image', 'inspect', image]))[0];
    await engine.docker(['run', '-d', '--name', name('by-id'), Id.slice(7, 19)]);
    expect((await host.readSpec(name('by-id'))).image).toEqual({
      reference: image,
      repository: name('carry'),
      tag: '1.0',
      digest: null,
      imageId: Id,
    });
  });

  it('says which port is taken when a start fails', async () => {
    await engine.docker(['create', '--name', name('port'), '-p', '127.0.0.1:9443:80', image]);
    await run('holder', ['-p', '127.0.0.1:9443:80']);
    await expect(host.startInstance(name('port'))).rejects.toMatchObject({
      code: 'engine-failed',
      message: expect.stringContaining('port 9443 is taken on this host'),
      details: { engine: expect.stringContaining('9443') },
    });
    expect(await host.inspectInstance(name('port'))).toMatchObject({
      state: 'created',
      error: expect.stringContaining('9443'),
    });
  });

  it('says which command is not in the image', async () => {
    await engine.docker(['create', '--name', name('command'), image, 'no-such-command']);
    await expect(host.startInstance(name('command'))).rejects.toMatchObject({
      message: expect.stringContaining('its command no-such-command is not in the image'),
    });
  });

  it('stops a paused container, and honours the stop timeout of one that does not listen', async () => {
    const paused = await run('paused', ['--stop-timeout', '1']);
    await engine.docker(['pause', paused]);
    const startedAtMs = performance.now();
    await host.stopInstance(paused);
    expect(performance.now() - startedAtMs).toBeGreaterThan(900);
    expect(performance.now() - startedAtMs).toBeLessThan(8000);
    expect(await host.inspectInstance(paused)).toMatchObject({ state: 'exited', exitCode: 137 });
  });
});

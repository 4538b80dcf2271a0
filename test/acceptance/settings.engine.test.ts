import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeAppliance } from '../support/appliances.ts';
import { TestBelay } from '../support/belay.ts';
import { describeOnEngine } from '../support/on-engine.ts';

const GATE = 'LABEL io.belay.gate.stable=200ms io.belay.gate.deadline=15s';

/** Every path of a value at which the two differ, with both values. */
function differences(a: unknown, b: unknown, path = ''): Record<string, [unknown, unknown]> {
  if (JSON.stringify(a) === JSON.stringify(b)) return {};
  const isNode = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isNode(a) || !isNode(b)) return { [path]: [a, b] };
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  const keys = [...new Set([...Object.keys(left), ...Object.keys(right)])];
  return Object.assign(
    {},
    ...keys.map((key) => differences(left[key], right[key], path === '' ? key : `${path}.${key}`)),
  );
}

describeOnEngine('a server of forty docker run flags', (bench) => {
  const { docker } = bench.engine;
  const container = bench.name('web');
  const db = bench.name('db');
  const [front, back, third] = [bench.name('front'), bench.name('back'), bench.name('third')];
  const reference = (version: string) => bench.reference('server', version);
  let directory = '';
  let belay: TestBelay;

  const inspect = async (name: string) => JSON.parse(await docker(['inspect', name]))[0];

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'belay-settings-'));
    await writeFile(join(directory, 'env'), 'FROM_FILE=1\n');
    const common = [GATE, 'ENTRYPOINT ["/bin/sh","-c"]'];
    await makeAppliance(bench.engine, {
      reference: reference('1.0'),
      changes: [
        ...common,
        'ENV COLOR=blue LOG=info KEEP=same',
        'LABEL vendor=acme edition=one',
        'WORKDIR /tmp',
        'EXPOSE 7000',
      ],
    });
    await makeAppliance(bench.engine, {
      reference: reference('2.0'),
      dataFormat: 2,
      changes: [
        ...common,
        'ENV COLOR=green LOG=warn KEEP=same NEW=yes',
        'LABEL vendor=acme edition=two',
        'WORKDIR /root',
        'EXPOSE 7001',
      ],
    });
    const [, second = '0'] = (
      await docker(['network', 'inspect', 'bridge', '-f', '{{(index .IPAM.Config 0).Subnet}}'])
    ).split('.');
    for (const [network, octet] of [
      [front, 110],
      [back, 111],
      [third, 112],
    ] as const) {
      await docker(['network', 'create', '--subnet', `10.${second}.${octet}.0/24`, network]);
    }
    await docker(['run', '-d', '--name', db, '--network', front, reference('1.0'), '/bin/appliance']);
    // biome-ignore format: one flag to a line
    await docker([
      'run', '-d', '--name', container,
      '--network', front, '--network-alias', 'www', '--network-alias', 'api', '--ip', `10.${second}.110.50`,
      '--hostname', 'web1', '--domainname', 'acme.test',
      '--env', 'LOG=debug', '--env', 'TOKEN=a=b c', '--env-file', join(directory, 'env'),
      '--label', 'tier=gold', '--label', 'team=ops',
      '--user', '0:0', '--entrypoint', '/bin/appliance',
      '--publish', '127.0.0.1::8080', '--publish', '127.0.0.1:29443:443/udp', '--expose', '7777',
      '--volume', `${bench.name('named')}:/named:nocopy`, '--volume', `${directory}:/host:ro`, '--volume', '/anonymous',
      '--mount', `type=volume,src=${bench.name('mounted')},dst=/mounted,volume-label=a=b`,
      '--mount', 'type=tmpfs,dst=/cache,tmpfs-size=1048576,tmpfs-mode=1770',
      '--tmpfs', '/scratch:size=1m', '--shm-size', '32m', '--init', '--read-only', '--tmpfs', '/tmp',
      '--memory', '128m', '--memory-reservation', '64m', '--memory-swap', '256m', '--cpus', '0.5',
      '--cpu-shares', '512', '--pids-limit', '200', '--oom-score-adj', '100', '--blkio-weight', '300',
      '--cap-add', 'NET_ADMIN', '--cap-drop', 'MKNOD', '--security-opt', 'no-new-privileges',
      '--device', '/dev/null:/dev/acme:r', '--device-cgroup-rule', 'c 1:3 r', '--group-add', 'nobody',
      '--ulimit', 'nofile=1024:2048', '--sysctl', 'net.core.somaxconn=512',
      '--dns', '192.0.2.53', '--dns-search', 'acme.test', '--dns-option', 'ndots:2',
      '--add-host', 'ldap:192.0.2.7', '--link', `${db}:sql`,
      '--log-driver', 'json-file', '--log-opt', 'max-size=1m', '--log-opt', 'max-file=3',
      '--restart', 'on-failure:5', '--stop-signal', 'SIGINT', '--stop-timeout', '3',
      '--health-cmd', 'wget -q -O /dev/null http://127.0.0.1:8080/version', '--health-interval', '2s',
      '--ipc', 'private', '--cgroupns', 'host', '--tty', '--interactive', '--cidfile', join(directory, 'cid'),
      reference('1.0'),
    ]);
    await docker(['network', 'connect', '--ip', `10.${second}.111.60`, '--alias', 'inner', back, container]);
    await docker(['network', 'connect', third, container]);
    belay = new TestBelay(bench.engine.dockerHost);
    await belay.start();
  });
  afterAll(async () => {
    await belay?.close();
    const all = (await docker(['ps', '-aq', '--filter', `name=^${bench.name('')}`])).split('\n').filter(Boolean);
    if (all.length > 0) await docker(['rm', '-fv', ...all]);
    await docker(['network', 'rm', front, back, third]);
    await rm(directory, { recursive: true, force: true });
  });

  it('differs after an upgrade only in what the image itself changed', async () => {
    const old = await inspect(container);
    await belay.adopt(container, 'web');
    expect(await belay.upgrade('2.0')).toMatchObject({ state: 'succeeded', reason: null });
    const now = await inspect(container);

    const { Env: oldEnv, Labels: oldLabels, ...oldConfig } = old.Config;
    const { Env: newEnv, Labels: newLabels, ...newConfig } = now.Config;
    expect(differences(oldConfig, newConfig)).toEqual({
      Image: [reference('1.0'), expect.stringMatching(/server:2\.0@sha256:/)],
      WorkingDir: ['/tmp', '/root'],
      'ExposedPorts.7000/tcp': [{}, undefined],
      'ExposedPorts.7001/tcp': [undefined, {}],
    });
    // The user's stay, the image's follow the image, also where both had the same value.
    expect([...newEnv].sort()).toEqual(
      ['COLOR=green', 'FROM_FILE=1', 'KEEP=same', 'LOG=debug', 'NEW=yes', 'PATH=/bin', 'TOKEN=a=b c'].sort(),
    );
    expect(oldEnv).toContain('COLOR=blue');
    const own = Object.keys(newLabels).filter((label) =>
      /^io\.belay\.(appliance|release|service|operation)$/.test(label),
    );
    expect(own).toHaveLength(4);
    for (const label of own) delete newLabels[label];
    expect(differences(oldLabels, newLabels)).toEqual({ edition: ['one', 'two'] });

    const host = differences(old.HostConfig, now.HostConfig);
    expect(Object.keys(host).sort()).toEqual(['Binds', 'ContainerIDFile', 'Mounts']);
    expect(now.HostConfig.RestartPolicy).toEqual({ Name: 'on-failure', MaximumRetryCount: 5 });
    expect([...now.HostConfig.Binds].sort()).toEqual([
      `${directory}:/host:ro`,
      expect.stringMatching(/^belay-S[A-Z]{10}-\d:\/named:nocopy$/),
    ]);

    const points = (answer: { Mounts: Record<string, unknown>[] }) =>
      answer.Mounts.map(({ Type, Destination, RW, Propagation, Driver }) => ({
        Type,
        Destination,
        RW,
        Propagation,
        Driver,
      })).sort((a, b) => String(a.Destination).localeCompare(String(b.Destination)));
    expect(points(now)).toEqual(points(old));
    expect(points(now).map(({ Destination }) => Destination)).toEqual([
      '/anonymous',
      '/cache',
      '/data',
      '/host',
      '/mounted',
      '/named',
    ]);

    const left = await inspect(old.Id);
    expect(differences(old.Config, left.Config)).toEqual({});
    expect(Object.keys(differences(old.HostConfig, left.HostConfig)).sort()).toEqual([
      'RestartPolicy.MaximumRetryCount',
      'RestartPolicy.Name',
    ]);
    expect(left.Mounts.map(({ Source }: { Source: string }) => Source).sort()).toEqual(
      old.Mounts.map(({ Source }: { Source: string }) => Source).sort(),
    );
  });

  it('has the networks, aliases and addresses that it had', async () => {
    const now = await inspect(container);
    const [left] = (await docker(['ps', '-aq', '--filter', `name=^${container}-R`])).split('\n');
    const old = await inspect(left as string);
    const asked = (answer: { Id: string; NetworkSettings: { Networks: Record<string, Record<string, unknown>> } }) =>
      Object.entries(answer.NetworkSettings.Networks)
        .map(([network, { IPAMConfig, Links, Aliases, DriverOpts }]) => {
          const aliases = ((Aliases ?? []) as string[])
            .map((alias) => alias.replace(answer.Id.slice(0, 12), 'ID'))
            .sort();
          return [network, { IPAMConfig, Links, DriverOpts, aliases }];
        })
        .sort();
    expect(asked(now)).toEqual(asked(old));
    expect(asked(now).map(([network]) => network)).toEqual([back, front, third].sort());
    expect(now.NetworkSettings.Networks[front].IPAddress).toMatch(/\.110\.50$/);
    expect(now.NetworkSettings.Networks[back].IPAddress).toMatch(/\.111\.60$/);
    expect(await docker(['exec', db, 'nslookup', 'www'])).toContain('.110.50');
  });

  it('is the container of before, field by field, after a rollback', async () => {
    const [left] = (await docker(['ps', '-aq', '--filter', `name=^${container}-R`])).split('\n');
    const before = await inspect(left as string);
    expect(await belay.rollback()).toMatchObject({ state: 'succeeded' });
    const now = await inspect(container);
    expect(now.Id).toBe(before.Id);
    expect(differences(before.Config, now.Config)).toEqual({});
    expect(now.HostConfig.RestartPolicy).toEqual({ Name: 'on-failure', MaximumRetryCount: 5 });
    expect(await docker(['exec', db, 'nslookup', 'www'])).toContain('.110.50');
  });
});

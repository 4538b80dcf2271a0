import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { OperationView } from '../../src/api/contract/operation-views.ts';
import type { RollbackPlanView, UpgradePlanView } from '../../src/api/contract/plan-views.ts';
import type { ReleaseDetailView, ReleaseView } from '../../src/api/contract/release-views.ts';
import type { ServiceEngineView } from '../../src/api/contract/service-engine-views.ts';
import { makeAppliance } from '../support/appliances.ts';
import { TestBelay } from '../support/belay.ts';
import { describeOnEngine } from '../support/on-engine.ts';
import { oneShot } from '../support/one-shot.ts';

describeOnEngine('a server and its agents, each started with docker run', (bench) => {
  const { docker } = bench.engine;
  const members = ['server', 'agent-1', 'agent-2', 'agent-3', 'network-agent'];
  const container = (member: string) => bench.name(member);
  const repositoryOf = (member: string) =>
    member.startsWith('agent') ? 'agent' : member === 'server' ? 'server' : 'agent-instance';
  const image = (member: string, version: string) => bench.reference(repositoryOf(member), version);
  const inspect = async (idOrName: string) => JSON.parse(await docker(['inspect', idOrName]))[0];
  const idOf = async (member: string) => (await inspect(container(member))).Id as string;
  const ids = async () => Object.fromEntries(await Promise.all(members.map(async (each) => [each, await idOf(each)])));
  const versions = async () => {
    const { services } = await belay.system();
    return services.map(({ name, image: its, state }) => `${name} ${its.split(':').at(-1)} ${state}`);
  };
  const witness = () => docker(['exec', container('server'), 'cat', '/data/witness']);
  const policyOf = async (id: string) => (await inspect(id)).HostConfig.RestartPolicy.Name;
  const site = mkdtempSync(join(tmpdir(), 'belay-agents-'));
  const manifest = [
    'services:',
    ...members.flatMap((member) => [
      `  ${member}:`,
      `    container_name: ${container(member)}`,
      `    image: ${image(member, 'v1.0.1')}`,
    ]),
    'x-belay:',
    '  services:',
    '    server: {role: controller}',
    ...members.filter((member) => member.startsWith('agent')).map((member) => `    ${member}: {role: engine}`),
    '    network-agent: {update: on-request}',
    '',
  ].join('\n');
  let belay: TestBelay;
  let original: Record<string, string>;

  beforeAll(async () => {
    const gate = 'LABEL io.belay.gate.stable=500ms io.belay.gate.deadline=20s';
    // An agent of the new version is healthy where its site has a licence.
    const licensed = [
      'LABEL io.belay.gate.stable=500ms io.belay.gate.deadline=6s',
      'HEALTHCHECK --interval=1s --timeout=30s --retries=3 CMD test -e /site/licence',
    ];
    const make = (member: string, version: string, changes: string[], options: object = {}) =>
      makeAppliance(bench.engine, { reference: image(member, version), changes, ...options });
    await make('server', 'v1.0.1', [gate]);
    await make('server', 'v1.0.2', [gate], { dataFormat: 2 });
    await make('server', 'v1.0.3', [gate], { behaviour: 'exits-at-once' });
    for (const version of ['v1.0.1', 'v1.0.2', 'v1.0.3']) {
      await make('agent-1', version, version === 'v1.0.1' ? [gate] : licensed, { volume: false });
      await make('network-agent', version, [gate], { volume: false });
    }
    await docker(['run', '-d', '--restart=always', '--name', container('server'), image('server', 'v1.0.1')]);
    for (const member of members.slice(1)) {
      const own = join(site, member);
      mkdirSync(own);
      if (member !== 'agent-2') writeFileSync(join(own, 'licence'), 'until tomorrow');
      // Its state is that of the server.
      const mounts = ['-v', `${own}:/site:ro`, '--tmpfs', '/data'];
      await docker(['run', '-d', '--restart=always', '--name', container(member), ...mounts, image(member, 'v1.0.1')]);
    }
    belay = new TestBelay(bench.engine.dockerHost);
    await belay.start();
  });
  afterAll(async () => {
    await belay?.close();
    rmSync(site, { recursive: true });
  });

  it('is adopted with what the manifest says of each', async () => {
    original = await ids();
    const input = { file: 'appliance.yaml', directory: site, text: manifest, files: {} };
    const wish = { container: container('server'), name: bench.name('rancher'), manifest: input };
    const release = await belay.post<ReleaseView>('/api/appliances', wish);
    const { services } = await belay.get<ReleaseDetailView>(`/api/releases/${release.id}`);
    expect(services.map(({ name, role }) => `${name} ${role}`).sort()).toEqual([
      ...['agent-1 engine', 'agent-2 engine', 'agent-3 engine'],
      ...['network-agent app', 'server controller'],
    ]);
    expect(await ids()).toEqual(original);
  });

  let before: string;
  it('is upgraded: the agents follow one by one, and the one that cannot is told without holding up the others', async () => {
    before = await witness();
    const plan = await belay.get<UpgradePlanView>('/api/upgrade/plan?version=v1.0.2');
    expect(plan.engines).toEqual({ engines: ['agent-1', 'agent-2', 'agent-3'], maxUnavailable: 1 });
    expect(plan.services.find(({ name }) => name === 'network-agent')?.kept).toEqual({
      ...{ update: 'on-request', awaits: image('network-agent', 'v1.0.2'), isUntouched: true },
    });
    const ended = await belay.upgrade('v1.0.2');
    expect(ended.state).toBe('needs-attention');
    expect(ended.reason).toMatch(/^v1.0.2 runs, but 1 of 3 service engines did not follow: agent-2 \(it/);
    expect((await versions()).map((each) => each.split(' ').slice(0, 2).join(' ')).sort()).toEqual([
      ...['agent-1 v1.0.2', 'agent-2 v1.0.2', 'agent-3 v1.0.2'],
      ...['network-agent v1.0.1', 'server v1.0.2'],
    ]);
    expect(await witness()).not.toBe(before);
    // The next one is turned off when the one before has proved itself.
    const first = Date.parse((await inspect(container('agent-1'))).State.StartedAt);
    const last = Date.parse((await inspect(original['agent-3'] ?? '')).State.FinishedAt);
    expect(first).toBeLessThan(last);
    const { Id, State, RestartCount } = await inspect(container('network-agent'));
    expect([Id, State.Running, RestartCount]).toEqual([original['network-agent'], true, 0]);
    const system = await belay.system();
    expect(system.services.find(({ name }) => name === 'network-agent')?.awaits).toEqual({
      ...{ update: 'on-request', image: image('network-agent', 'v1.0.2') },
    });
    expect(system.attention.map(({ hint }) => hint)).toContain(
      'To bring it to what v1.0.2 wants of it: update engines network-agent',
    );
  });

  let changed: Record<string, string>;
  it('update engines brings what is behind, and touches nothing else', async () => {
    const earlier = await ids();
    const failed = JSON.parse((await oneShot(belay, 'update', 'engines', 'agent-2', '--yes', '--json')).stdout);
    expect(failed).toMatchObject({ kind: 'change', state: 'rolled-back' });
    expect(await idOf('agent-2')).toBe(earlier['agent-2']);
    writeFileSync(join(site, 'agent-2', 'licence'), 'until tomorrow');
    const { exitCode, stdout } = await oneShot(belay, 'update', 'engines', '--yes', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ state: 'succeeded', downtimeMs: null });
    expect(exitCode).toBe(0);
    changed = await ids();
    // The licence alone has mended the agent in the meantime, or it has a new container.
    const { 'agent-2': _, 'network-agent': __, ...others } = changed;
    expect(others).toEqual(Object.fromEntries(Object.keys(others).map((member) => [member, earlier[member]])));
    expect(changed['network-agent']).not.toBe(original['network-agent']);
    expect(await policyOf(changed['network-agent'] ?? '')).toBe('always');
    expect(await policyOf(original['network-agent'] ?? '')).toBe('no');
    expect(await versions()).toEqual(expect.arrayContaining(['network-agent v1.0.2 running']));
    const again = await oneShot(belay, 'update', 'engines', '--yes');
    expect(again).toMatchObject({ exitCode: 3 });
    expect(again.stderr).toContain('has what v1.0.2 wants of it');
  });

  it('an upgrade that fails takes everything back, and the agents have not noticed', async () => {
    const started = (await inspect(container('agent-1'))).State.StartedAt;
    expect(await belay.upgrade('v1.0.3')).toMatchObject({ state: 'rolled-back' });
    expect(await ids()).toEqual(changed);
    expect((await inspect(container('agent-1'))).State.StartedAt).toBe(started);
    expect((await belay.system()).state).toBe('running');
  });

  it('is rolled back to before the helpers were updated, without touching data or server', async () => {
    const data = await witness();
    const plan = await belay.get<RollbackPlanView>('/api/rollback/plan');
    expect(plan.data).toMatchObject({ backTo: null });
    expect(plan.settings.map(({ setting }) => setting)).toContain('image of network-agent');
    expect(await belay.rollback()).toMatchObject({ state: 'succeeded' });
    expect(await idOf('server')).toBe(changed['server']);
    expect(await idOf('network-agent')).toBe(original['network-agent']);
    expect(await witness()).toBe(data);
  });

  it('and from there to the first version with its data, all agents at once', async () => {
    const leaving = await Promise.all(['agent-1', 'agent-2', 'agent-3'].map(idOf));
    const ended = await belay.rollback();
    expect(ended).toMatchObject({ state: 'succeeded', to: 'v1.0.1', reason: null });
    expect(await ids()).toEqual(original);
    expect((await versions()).every((each) => each.endsWith('v1.0.1 running'))).toBe(true);
    expect(await witness()).toBe(before);
    const finished = await Promise.all(leaving.map(async (id) => Date.parse((await inspect(id)).State.FinishedAt)));
    const started = await Promise.all(
      ['server', 'agent-1', 'agent-2', 'agent-3'].map(async (each) =>
        Date.parse((await inspect(container(each))).State.StartedAt),
      ),
    );
    expect(Math.max(...finished)).toBeLessThan(Math.min(...started));
    expect((await belay.system()).attention).toEqual([]);
  });

  const engines = async () => {
    const { stdout } = await oneShot(belay, 'show', 'serviceengines', '--json');
    const rows = JSON.parse(stdout) as ServiceEngineView[];
    return Object.fromEntries(rows.map(({ name, version, state }) => [name, `${version} ${state}`]));
  };
  const up = (version: string, ...names: string[]) => Object.fromEntries(names.map((name) => [name, `${version} up`]));
  const AGENTS = ['agent-1', 'agent-2', 'agent-3'];
  const JOINED = ['agent-1-2', 'agent-1-3'];
  /** As soon as the container runs that has the name and is not this one. */
  const kill = async (name: string, isIt: (id: string) => boolean) => {
    for (let waitedMs = 0; waitedMs < 60_000; waitedMs += 50) {
      const found = await inspect(name).catch(() => null);
      if (found?.State.Running && isIt(found.Id)) return docker(['kill', name]);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`${name} has not come`);
  };

  it('an agent that dies in the middle of an upgrade is brought up again, and further ones join', async () => {
    const upgrade = await belay.post<OperationView>('/api/cluster/upgrade', { version: 'v1.0.2' });
    await kill(container('agent-1'), (id) => id !== original['agent-1']);
    expect(await belay.ended(upgrade)).toMatchObject({ state: 'succeeded', reason: null });
    expect(await engines()).toEqual(up('v1.0.2', ...AGENTS));
    const server = await idOf('server');
    const { exitCode, stdout } = await oneShot(belay, 'scale', 'serviceengine', '5', '--yes', '--json');
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ kind: 'change', state: 'succeeded', downtimeMs: null });
    expect(await engines()).toEqual(up('v1.0.2', ...AGENTS, ...JOINED));
    expect(await idOf('server')).toBe(server);
  });

  it('a rollback names those that joined since; they are off and in no network after it, whoever starts them', async () => {
    const joined = await Promise.all(JOINED.map(idOf));
    const first = (await belay.releases()).find(
      ({ version, status }) => version === 'v1.0.1' && status !== 'active',
    )?.id;
    const plan = await belay.get<RollbackPlanView>(`/api/rollback/plan?release=${first}`);
    expect(plan.joinedSince.map(({ name, canBeCutOff }) => [name, canBeCutOff])).toEqual(
      JOINED.map((name) => [name, true]),
    );
    const rollback = await belay.post<OperationView>('/api/cluster/rollback', { release: first });
    await kill(container('agent-2'), (id) => id === original['agent-2']);
    expect(await belay.ended(rollback)).toMatchObject({ state: 'succeeded', to: 'v1.0.1', reason: null });
    expect(await ids()).toEqual(original);
    const orphaned = Object.fromEntries(JOINED.map((name) => [name, 'v1.0.2 orphaned']));
    expect(await engines()).toEqual({ ...up('v1.0.1', ...AGENTS), ...orphaned });
    for (const id of joined) {
      expect((await inspect(id)).State.Running).toBe(false);
      expect(await policyOf(id)).toBe('no');
      await docker(['start', id]);
      expect((await inspect(id)).NetworkSettings.Networks).toEqual({});
      expect(await docker(['exec', id, 'cat', '/proc/net/route'])).not.toMatch(/eth/);
      await docker(['stop', '-t', '1', id]);
    }
  });

  it('and are deleted, one or all', async () => {
    const leftOver = async () =>
      (await docker(['ps', '-a', '--format', '{{.Names}}']))
        .split('\n')
        .filter((name) => JOINED.some((joined) => name.startsWith(container(joined))));
    expect(await leftOver()).toHaveLength(2);
    expect(await oneShot(belay, 'delete', 'serviceengine', 'agent-1-2', '--yes')).toMatchObject({ exitCode: 0 });
    expect(await leftOver()).toHaveLength(1);
    expect(await oneShot(belay, 'delete', 'serviceengine', 'orphaned', '--yes')).toMatchObject({ exitCode: 0 });
    expect(await leftOver()).toEqual([]);
    expect(await engines()).toEqual(up('v1.0.1', ...AGENTS));
    expect((await belay.system()).attention).toEqual([]);
  });
});

import { afterAll, beforeAll, expect, it } from 'vitest';
import type { OperationView } from '../../src/api/contract/operation-views.ts';
import type { RollbackPlanView, UpgradePlanView } from '../../src/api/contract/plan-views.ts';
import type { VersionsView } from '../../src/api/contract/release-views.ts';
import { makeAppliance } from '../support/appliances.ts';
import { TestBelay } from '../support/belay.ts';
import { describeOnEngine } from '../support/on-engine.ts';

describeOnEngine('the main job, on a server with an anonymous volume', (bench) => {
  const { docker } = bench.engine;
  const container = bench.name('acme');
  const reference = (version: string) => bench.reference('server', version);
  let belay: TestBelay;

  const witness = () => docker(['exec', container, 'cat', '/data/witness', '/data/format']);
  const note = (words: string) => docker(['exec', container, 'sh', '-c', `echo ${words} >> /data/notes; sync`]);
  const notes = () => docker(['exec', container, 'cat', '/data/notes']);
  const originalId = () => docker(['inspect', '-f', '{{.Id}}', container]);

  beforeAll(async () => {
    const gate = 'LABEL io.belay.gate.stable=1s io.belay.gate.deadline=15s';
    const version = (tag: string, options: object) =>
      makeAppliance(bench.engine, { reference: reference(tag), changes: [gate], ...options });
    await version('1.0', { dataFormat: 1 });
    await version('2.0', { dataFormat: 2 });
    await version('2.1', { dataFormat: 3, behaviour: 'exits-at-once' });
    await version('2.2', { dataFormat: 3, behaviour: 'never-healthy' });
    await version('2.3', { dataFormat: 3, behaviour: 'wrong-version' });
    await version('2.4', { dataFormat: 3, behaviour: 'crash-loops' });
    await docker([
      'run',
      '-d',
      '--name',
      container,
      '--restart',
      'always',
      '-e',
      'LOG_LEVEL=info',
      '-p',
      '127.0.0.1::8080',
      reference('1.0'),
    ]);
    belay = new TestBelay(bench.engine.dockerHost);
    await belay.start();
  });
  afterAll(async () => {
    await belay?.close();
  });

  it('is adopted without being touched', async () => {
    // All but the health check's own log, which moves by itself.
    const untouched = async () => {
      const [answer] = JSON.parse(await docker(['inspect', container]));
      return { ...answer, State: { ...answer.State, Health: null } };
    };
    const before = await untouched();
    const release = await belay.adopt(container, 'acme');
    expect(release).toMatchObject({ version: '1.0', status: 'active', origin: 'adopt', by: 'admin' });
    expect(await untouched()).toEqual(before);
    expect(await belay.system()).toMatchObject({ appliance: 'acme', version: '1.0', state: 'running' });
  });

  it('shows the versions in the registry, newest first', async () => {
    const { versions } = await belay.get<VersionsView>('/api/versions');
    expect(versions.map(({ version }) => version)).toEqual(['2.4', '2.3', '2.2', '2.1', '2.0', '1.0']);
    expect(versions.find(({ version }) => version === '1.0')).toMatchObject({ active: true, inRegistry: true });
  });

  it('shows the plan before it does anything', async () => {
    const plan = await belay.get<UpgradePlanView>('/api/upgrade/plan?version=2.0');
    expect(plan).toMatchObject({ from: { version: '1.0' }, to: { version: '2.0' }, obstacles: [] });
    expect(plan.mounts).toMatchObject([{ targets: ['/data'], treatment: 'pre-copy' }]);
    expect(plan.steps.map(({ name }) => name)).toContain('pre-copy');
  });

  let before: string;
  let oldContainer: string;
  it('is upgraded, with its data migrated and the old container left as it was', async () => {
    await note('written-by-1.0');
    before = await witness();
    oldContainer = await originalId();
    const operation = await belay.upgrade('2.0');
    expect(operation).toMatchObject({ state: 'succeeded', reason: null, by: 'admin' });
    expect(operation.steps.every(({ status }) => status === 'done')).toBe(true);
    expect(operation.downtimeMs).toBeGreaterThan(0);
    expect(await witness()).not.toBe(before);
    expect(await notes()).toBe('written-by-1.0');
    const old = JSON.parse(await docker(['inspect', oldContainer]))[0];
    expect(old.State.Status).toBe('exited');
    expect(old.HostConfig.RestartPolicy.Name).toBe('no');
    const now = JSON.parse(await docker(['inspect', container]))[0];
    expect(now.HostConfig.RestartPolicy.Name).toBe('always');
    expect(now.Config.Env).toContain('LOG_LEVEL=info');
  });

  it.each([
    ['2.1', 'it exited with code 1', 'fatal: cannot find the licence'],
    ['2.2', 'its own health check fails', 'is serving'],
    ['2.3', 'it says that it is "0.0.0"', 'is serving'],
    ['2.4', 'it exited with code 1', 'fatal: out of licences'],
  ])('comes back by itself when %s does not prove itself, and says why', async (version, why, lastWords) => {
    const dataBefore = await witness();
    const operation = await belay.upgrade(version);
    expect(operation.state).toBe('rolled-back');
    expect(operation.reason).toBe(`${version} did not prove itself: ${why}.`);
    expect(operation.logTail.join('\n')).toContain(lastWords);
    expect(await witness()).toBe(dataBefore);
    expect(await belay.system()).toMatchObject({ version: '2.0', state: 'running' });
    const now = JSON.parse(await docker(['inspect', container]))[0];
    expect(now.HostConfig.RestartPolicy.Name).toBe('always');
    const left = await docker([
      'ps',
      '-a',
      '--filter',
      'label=io.belay.appliance=acme',
      '--filter',
      `name=^${container}`,
      '--format',
      '{{.Names}}',
    ]);
    expect(left).toBe(container);
  });

  it('refuses what cannot be, and changes nothing', async () => {
    await expect(belay.upgrade('9.9')).rejects.toThrow('There is no version 9.9');
    await expect(belay.upgrade('2.0')).rejects.toThrow('acme runs 2.0 already.');
    await expect(belay.upgrade('a b')).rejects.toThrow('is not a version');
    await expect(belay.rollback('RAAAAAAAAAA')).rejects.toThrow('acme has no release RAAAAAAAAAA.');
    expect((await belay.get<OperationView[]>('/api/upgrade/history')).length).toBe(5);
  });

  it('offers none of them again, and takes one only by force', async () => {
    const { versions } = await belay.get<VersionsView>('/api/versions');
    const kept = versions.filter(({ quarantined }) => quarantined).map(({ version }) => version);
    expect(kept).toEqual(['2.4', '2.3', '2.2', '2.1']);
    await expect(belay.upgrade('2.1')).rejects.toThrow(/^2\.1 is quarantined: .*, because it exited with code 1\.$/m);
    const plan = await belay.get<UpgradePlanView>('/api/upgrade/plan?version=2.1&force=true');
    expect(plan.obstacles).toEqual([]);
    expect(plan.warnings.join()).toContain('2.1 is quarantined');
  });

  let left: string;
  it('is rolled back to its old container with its old data, after a preview of what is given up', async () => {
    await note('written-by-2.0');
    left = (await belay.system()).release;
    const plan = await belay.get<RollbackPlanView>('/api/rollback/plan');
    expect(plan).toMatchObject({ from: { version: '2.0' }, to: { version: '1.0' }, obstacles: [] });
    expect(plan.data.changes.changed).toBeGreaterThan(0);
    expect(plan.data.changes.sample.map(({ path }) => path)).toContain('notes');
    const operation = await belay.rollback();
    expect(operation).toMatchObject({ kind: 'rollback', state: 'succeeded' });
    expect(await originalId()).toBe(oldContainer);
    expect(await witness()).toBe(before);
    expect(await notes()).toBe('written-by-1.0');
  });

  it('goes forward again with the data written since', async () => {
    await expect(belay.rollback()).rejects.toThrow('There is no release before 1.0.');
    const operation = await belay.rollback(left);
    expect(operation.state).toBe('succeeded');
    expect(await notes()).toBe('written-by-1.0\nwritten-by-2.0');
    const statuses = (await belay.releases()).map(({ version, status, origin }) => `${version} ${status} ${origin}`);
    expect(statuses).toEqual([
      '2.0 active rollback',
      '1.0 rolled-back rollback',
      '2.4 failed upgrade',
      '2.3 failed upgrade',
      '2.2 failed upgrade',
      '2.1 failed upgrade',
      '2.0 rolled-back upgrade',
      '1.0 superseded adopt',
    ]);
  });

  it('tells the second who holds the appliance', async () => {
    const first = await belay.post<OperationView>('/api/cluster/rollback', {});
    await expect(belay.rollback()).rejects.toThrow(`acme is held by rollback ${first.id}, started by admin at`);
    expect((await belay.ended(first)).state).toBe('succeeded');
  });
});

import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { OperationView } from '../../src/api/contract/operation-views.ts';
import type { UpgradePlanView } from '../../src/api/contract/plan-views.ts';
import { makeAppliance } from '../support/appliances.ts';
import { TestBelay } from '../support/belay.ts';
import { describeOnEngine } from '../support/on-engine.ts';

describeOnEngine('an upgrade that is rehearsed while the appliance serves', (bench) => {
  const { docker } = bench.engine;
  const container = bench.name('server');
  const appliance = bench.name('acme');
  // Other files make things on this engine at the same time.
  const ours = ['--filter', 'label=io.belay.operation', '--filter', `label=io.belay.appliance=${appliance}`];
  let belay: TestBelay;
  let served = '';

  const inspect = async (name: string) => JSON.parse(await docker(['inspect', name]))[0];
  const rehearse = async (version: string) =>
    belay.ended(await belay.post<OperationView>('/api/cluster/rehearse', { version }));
  const made = async () => ({
    containers: await docker(['ps', '-aq', ...ours]),
    networks: await docker(['network', 'ls', '-q', ...ours]),
    volumes: await docker(['volume', 'ls', '-q', ...ours]),
    besides: readdirSync(join(belay.directory, 'srv')).filter((name) => name.startsWith('.')),
  });
  const NOTHING = { containers: '', networks: '', volumes: '', besides: [] };
  const data = () => docker(['exec', container, 'cat', '/data/format', '/data/witness', '/second/witness']);
  const heldAt = (point: string) =>
    vi.waitUntil(() => existsSync(join(belay.holds, `${point}.held`)), { timeout: 60_000 });

  beforeAll(async () => {
    belay = new TestBelay(bench.engine.dockerHost);
    const changes = ['LABEL io.belay.gate.stable=500ms io.belay.gate.deadline=60s'];
    const make = (version: string, more: object = {}) =>
      makeAppliance(bench.engine, { reference: bench.reference('server', version), changes, ...more });
    await make('1.0');
    await make('2.0', { dataFormat: 2 });
    await make('2.1', { dataFormat: 2, behaviour: 'exits-at-once' });
    await make('2.2', { dataFormat: 2, behaviour: 'slow-migration', afterSeconds: 300 });
    const directory = join(belay.directory, 'srv/second');
    mkdirSync(directory, { recursive: true });
    await docker([
      ...['run', '-d', '--name', container, '--restart', 'always', '-p', '127.0.0.1::8080'],
      ...['-v', `${directory}:/second`, bench.reference('server', '1.0')],
    ]);
    await belay.start();
    await vi.waitUntil(async () => (await inspect(container)).State.Health.Status === 'healthy', { timeout: 60_000 });
    await belay.adopt(container, appliance);
    served = (await inspect(container)).State.StartedAt;
  }, 180_000);
  afterAll(async () => {
    await belay?.close();
  });

  async function expectUntouched(before: string): Promise<void> {
    expect(await data()).toBe(before);
    expect((await inspect(container)).State.StartedAt).toBe(served);
    expect(await made()).toEqual(NOTHING);
    expect((await belay.releases()).map(({ version, status }) => `${version} ${status}`)).toEqual(['1.0 active']);
    expect((await belay.system()).version).toBe('1.0');
  }

  it('would work: the new version migrates a clone, cut off from everything, and all of it goes again', async () => {
    const before = await data();
    const plan = await belay.get<UpgradePlanView>('/api/rehearsal/plan?version=2.0');
    expect(plan.obstacles).toEqual([]);
    writeFileSync(join(belay.holds, 'clean-up:intent'), '');
    const begun = await belay.post<OperationView>('/api/cluster/rehearse', { version: '2.0' });
    await heldAt('clean-up:intent');
    expect((await belay.system()).state).toBe('rehearsing');
    const own = await inspect(await docker(['ps', '-q', ...ours]));
    const [network] = Object.keys(own.NetworkSettings.Networks);
    expect(Object.keys(own.NetworkSettings.Networks)).toEqual([expect.stringMatching(/^belay-rehearsal-S/)]);
    expect((await inspect(network as string)).Internal).toBe(true);
    expect(Object.values(own.NetworkSettings.Ports).filter(Boolean)).toEqual([]);
    const migrated = await docker(['exec', own.Id, 'cat', '/data/format']);
    expect(migrated).toBe('2');
    expect((await inspect(container)).State.Health.Status).toBe('healthy');
    rmSync(join(belay.holds, 'clean-up:intent'));
    const ended = await belay.ended(begun);
    expect(ended).toMatchObject({ kind: 'rehearsal', state: 'succeeded', reason: null, downtimeMs: null });
    expect(ended.rehearsal?.servingMs).toBeGreaterThan(0);
    expect(ended.rehearsal?.expectedDowntimeMs).toBeGreaterThan(ended.rehearsal?.servingMs ?? 0);
    await expectUntouched(before);
  });

  it('would not work: it says why, with the log, and nothing was changed', async () => {
    const before = await data();
    const failed = await rehearse('2.1');
    expect(failed).toMatchObject({ state: 'failed', rehearsal: null });
    expect(failed.reason).toContain('2.1 did not prove itself: it exited with code 1');
    expect(failed.logTail).toContain('fatal: cannot find the licence');
    await expectUntouched(before);
  });

  it('is aborted in the middle of a migration', async () => {
    const before = await data();
    const begun = await belay.post<OperationView>('/api/cluster/rehearse', { version: '2.2' });
    const inGate = ({ steps }: OperationView) => steps.find(({ name }) => name === 'gate')?.status === 'running';
    await vi.waitUntil(async () => inGate(await belay.get<OperationView>('/api/upgrade/status')), { timeout: 60_000 });
    await belay.post('/api/upgrade/abort');
    expect(await belay.ended(begun)).toMatchObject({ state: 'failed', reason: 'The rehearsal was aborted by admin.' });
    await expectUntouched(before);
  });

  it.each(['clone:acted', 'gate:intent', 'clean-up:intent'])(
    'leaves nothing where the daemon is killed at %s',
    async (point) => {
      const before = await data();
      await belay.kill();
      await belay.start({ crashAt: point });
      await belay.post('/api/cluster/rehearse', { version: '2.0' });
      expect(await belay.died()).toBe('SIGKILL');
      await belay.start();
      const ended = await belay.ended();
      expect(ended.state).toBe(point === 'clean-up:intent' ? 'succeeded' : 'failed');
      await expectUntouched(before);
    },
  );

  it('goes through with the upgrade that was rehearsed', async () => {
    expect(await belay.upgrade('2.0')).toMatchObject({ state: 'succeeded' });
    expect((await belay.releases()).map(({ version }) => version)).toEqual(['2.0', '1.0']);
  });
});

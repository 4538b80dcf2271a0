import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OperationView } from '../../src/api/contract/operation-views.ts';
import { expectInvariant, migrated, type Outcome, readWitness, type Subject } from '../recovery/invariant.ts';
import { makeAppliance, type TestAppliance } from '../support/appliances.ts';
import { TestBelay } from '../support/belay.ts';
import { describeOnEngine } from '../support/on-engine.ts';

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));
const gate = (deadline: string, more = '') => [
  `LABEL io.belay.gate.stable=200ms io.belay.gate.deadline=${deadline} ${more}`,
];

describeOnEngine('the time that a new version has', (bench) => {
  const container = bench.name('acme');
  let subject: Subject;
  let belay: TestBelay;
  let old: Outcome;

  const version = (tag: string, options: Partial<TestAppliance>) =>
    makeAppliance(bench.engine, { reference: bench.reference('server', tag), dataFormat: 2, ...options });

  beforeAll(async () => {
    await version('1.0', { dataFormat: 1, behaviour: 'ignores-stop', changes: gate('15s') });
    await version('2.1', { behaviour: 'slow-migration', afterSeconds: 9, changes: gate('4s') });
    await version('2.2', { behaviour: 'silent-migration', afterSeconds: 9, changes: gate('4s') });
    await version('2.3', { behaviour: 'hangs', afterSeconds: 600, changes: [...gate('2s'), 'HEALTHCHECK NONE'] });
    const limited = [...gate('2s', 'io.belay.gate.limit=4s'), 'HEALTHCHECK NONE'];
    await version('2.4', { behaviour: 'slow-migration', afterSeconds: 600, changes: limited });
    await version('2.5', { behaviour: 'hangs', afterSeconds: 5, changes: [...gate('2s'), 'HEALTHCHECK NONE'] });
    await version('2.6', { behaviour: 'hangs', afterSeconds: 600, changes: [...gate('10m'), 'HEALTHCHECK NONE'] });
    // As it is shipped: without a word about the gate.
    await version('2.7', { behaviour: 'dies-later', afterSeconds: 30 });
    const run = ['run', '-d', '--restart', 'always', '--stop-timeout', '1', '--name', container];
    await bench.engine.docker([...run, bench.reference('server', '1.0')]);
    belay = new TestBelay(bench.engine.dockerHost);
    await belay.start();
    await belay.adopt(container, container);
    subject = { belay, engine: bench.engine, appliance: container, container };
    await pause(1_500);
    old = { version: '1.0', data: await readWitness(subject) };
  });
  afterAll(async () => {
    await belay?.close();
  });

  const begin = (tag: string) => belay.post<OperationView>('/api/cluster/upgrade', { version: tag });
  const abort = () => belay.post<OperationView>('/api/upgrade/abort');

  /** Waits until a step runs, and long enough for it to be in the middle of what it does. */
  async function running(step: string): Promise<OperationView> {
    for (let waitedMs = 0; waitedMs < 30_000; waitedMs += 25) {
      const now = await belay.get<OperationView>('/api/upgrade/status');
      if (now.steps.find(({ name }) => name === step)?.status === 'running') {
        await pause(300);
        return belay.get<OperationView>('/api/upgrade/status');
      }
      await pause(25);
    }
    throw new Error(`the step ${step} did not begin`);
  }

  async function expectOld(operation: OperationView, reason: RegExp): Promise<void> {
    expect(operation.reason).toMatch(reason);
    await expectInvariant(subject, operation, [old]);
  }

  describe('grows while', () => {
    it.each([
      ['its log', '2.1', /^working: log moves; deadline 0:0\d, at most (2:00:00|1:59:\d\d)$/],
      ['its data', '2.2', /^working: data changes; deadline 0:0\d, at most (2:00:00|1:59:\d\d)$/],
    ])('%s moves (FAULTS row 12)', async (_what, tag, detail) => {
      const operation = await begin(tag);
      await running('gate');
      const said = new Set<string>();
      for (let waitedMs = 0; waitedMs < 5_000; waitedMs += 100) {
        const { steps } = await belay.get<OperationView>('/api/upgrade/status');
        said.add(steps.find(({ name }) => name === 'gate')?.detail ?? '');
        await pause(100);
      }
      expect([...said]).toContainEqual(expect.stringMatching(detail));
      const ended = await belay.ended(operation);
      expect(ended).toMatchObject({ state: 'succeeded', reason: null });
      await expectInvariant(subject, ended, [{ version: tag, data: migrated(old.data, '2') }]);
      await belay.rollback();
    });

    it('nothing moves: never', async () => {
      const ended = await belay.ended(await begin('2.3'));
      expect(ended.state).toBe('rolled-back');
      await expectOld(ended, /^2\.3 did not prove itself: it did not get healthy within \d s\.$/);
    });

    it('its log moves, but not beyond the limit', async () => {
      const ended = await belay.ended(await begin('2.4'));
      await expectOld(ended, /^2\.4 did not prove itself: it did not get healthy within [45] s, which is the limit\.$/);
    });

    it('somebody extends it', async () => {
      await begin('2.5');
      const extended = await belay.post<OperationView>('/api/upgrade/extend', { duration: '20s' });
      expect(extended.interventions).toMatchObject([{ what: 'extend', by: 'admin', addedMs: 20_000 }]);
      const ended = await belay.ended();
      expect(ended).toMatchObject({ state: 'succeeded', interventions: [{ by: 'admin' }] });
      await expect(belay.post('/api/upgrade/extend', { duration: '1m' })).rejects.toThrow('No upgrade of');
      await belay.rollback();
    });
  });

  describe('ends when somebody aborts', () => {
    it('in the gate', async () => {
      await begin('2.6');
      await running('gate');
      await abort();
      const ended = await belay.ended();
      expect(ended.state).toBe('rolled-back');
      await expectOld(ended, /^The upgrade was aborted by admin\.$/);
    });

    it('in the gate, with a daemon that is killed right after that', async () => {
      await begin('2.6');
      await running('gate');
      await abort();
      await belay.kill('SIGKILL');
      await belay.start();
      const ended = await belay.ended();
      expect(ended).toMatchObject({ state: 'rolled-back', recoveries: 1 });
      await expectOld(ended, /^The upgrade was aborted by admin\.$/);
    });

    it('while the old version is being stopped, which is waited for', async () => {
      await begin('2.6');
      await running('stop');
      await abort();
      const ended = await belay.ended();
      expect(ended.state).toBe('rolled-back');
      await expectOld(ended, /aborted by admin/);
      // It would be down by now, had it been left to a stop that was still under way.
      await pause(1_500);
      await expectOld(ended, /aborted by admin/);
    });

    it('before anything is stopped: then nothing has changed', async () => {
      await begin('2.6');
      await abort();
      const ended = await belay.ended();
      expect(ended).toMatchObject({ state: 'failed', downtimeMs: null });
      await expectOld(ended, /aborted by admin/);
      await expect(abort()).rejects.toMatchObject({ error: { code: 'refused' } });
    });
  });

  it('has the daemon killed while the old version is being stopped: it is up again after that', async () => {
    await begin('2.6');
    await running('stop');
    await belay.kill('SIGKILL');
    await belay.start();
    const ended = await belay.ended();
    expect(ended.state).toBe('rolled-back');
    await pause(1_500);
    await expectInvariant(subject, ended, [old]);
  });

  it('has not passed its gate when it dies at 30 s, as shipped (FAULTS row 11)', async () => {
    const ended = await belay.ended(await begin('2.7'));
    expect(ended.state).toBe('rolled-back');
    expect(ended.logTail).toContain('fatal: lost the cluster');
    await expectOld(ended, /^2\.7 did not prove itself: it (exited with code 1|restarted)/);
  });
});

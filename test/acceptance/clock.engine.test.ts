import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { OperationView } from '../../src/api/contract/operation-views.ts';
import { expectInvariant, migrated, type Outcome, readWitness, type Subject } from '../recovery/invariant.ts';
import { makeAppliance } from '../support/appliances.ts';
import { TestBelay } from '../support/belay.ts';
import { FakeTime, findFakeTime } from '../support/fake-time.ts';
import { describeOnEngine } from '../support/on-engine.ts';

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));
const library = findFakeTime();
if (library === null) process.stderr.write('\n*** NO LIBFAKETIME (Debian package faketime): the clock is not set.\n\n');

describeOnEngine('a wall clock that is set while Belay works (FAULTS row 20)', (bench) => {
  describe.skipIf(library === null)('by the daemon’s own libfaketime', () => {
    const container = bench.name('acme');
    let subject: Subject;
    let belay: TestBelay;
    let time: FakeTime;
    let old: Outcome;
    let upgraded: Outcome;

    beforeAll(async () => {
      const version = (tag: string, gate: string, options: object) =>
        makeAppliance(bench.engine, {
          reference: bench.reference('server', tag),
          changes: [`LABEL ${gate}`],
          ...options,
        });
      await version('1.0', 'io.belay.gate.stable=200ms io.belay.gate.deadline=15s', { dataFormat: 1 });
      await version('2.0', 'io.belay.gate.stable=2s io.belay.gate.deadline=15s', { dataFormat: 2 });
      const hangs = { dataFormat: 2, behaviour: 'hangs', afterSeconds: 600 };
      await version('2.1', 'io.belay.gate.deadline=5s', hangs);
      await bench.engine.docker(['run', '-d', '--name', container, bench.reference('server', '1.0')]);
      belay = new TestBelay(bench.engine.dockerHost);
      time = new FakeTime(library as string, belay.directory);
      await belay.start({ env: time.env });
      await belay.adopt(container, container);
      subject = { belay, engine: bench.engine, appliance: container, container };
      await pause(1_500);
      old = { version: '1.0', data: await readWitness(subject) };
      upgraded = { version: '2.0', data: migrated(old.data, '2') };
    });
    beforeEach(async () => {
      if ((await belay.system()).version === '2.0') await belay.rollback();
      time.set('+0');
    });
    afterAll(async () => {
      await belay?.close();
    });

    const begin = (body: object) => belay.post<OperationView>('/api/cluster/upgrade', body);

    async function running(step: string): Promise<void> {
      for (let waitedMs = 0; waitedMs < 30_000; waitedMs += 10) {
        const { steps } = await belay.get<OperationView>('/api/upgrade/status');
        if (steps.find(({ name }) => name === step)?.status === 'running') return;
        await pause(10);
      }
      throw new Error(`the step ${step} did not begin: ${JSON.stringify(await belay.get('/api/upgrade/status'))}`);
    }

    it.each([
      ['-2h', '+10y'],
      ['+10y', '-2h'],
    ])('upgrades all the same: first %s, and %s in the gate', async (first, second) => {
      const operation = await begin({ version: '2.0' });
      time.set(first);
      await running('gate');
      time.set(second);
      const beganMs = performance.now();
      const ended = await belay.ended(operation);
      expect(performance.now() - beganMs).toBeLessThan(20_000);
      expect(ended).toMatchObject({ state: 'succeeded', reason: null });
      expect(ended.downtimeMs).toBeGreaterThan(50);
      expect(ended.downtimeMs).toBeLessThan(30_000);
      await expectInvariant(subject, ended, [upgraded]);
      time.set(first);
      await expectInvariant(subject, await belay.rollback(), [old]);
    });

    it('gives a new version the time that it has, and no more', async () => {
      const operation = await begin({ version: '2.1' });
      await running('gate');
      const beganMs = performance.now();
      time.set('+10y');
      await pause(1_000);
      time.set('-2h');
      const ended = await belay.ended(operation);
      const tookMs = performance.now() - beganMs;
      expect(tookMs).toBeGreaterThan(2_000);
      expect(tookMs).toBeLessThan(30_000);
      expect(ended.state).toBe('rolled-back');
      await expectInvariant(subject, ended, [old]);
    });

    it('neither ends nor lengthens the time to confirm, also for the next daemon', async () => {
      await belay.ended(await begin({ version: '2.0', confirmWithin: '8s' }));
      const beganMs = performance.now();
      time.set('+10y');
      await pause(1_500);
      await belay.kill('SIGKILL');
      await belay.start({ env: time.env });
      expect((await belay.system()).confirmation?.leftMs).toBeGreaterThan(500);
      time.set('-2h');
      while ((await belay.system()).version === '2.0') await pause(100);
      expect(performance.now() - beganMs).toBeGreaterThan(7_000);
      expect(performance.now() - beganMs).toBeLessThan(25_000);
      const rollback = await belay.ended();
      expect(rollback).toMatchObject({ by: 'belay', reason: '2.0 was not confirmed within 8 s.' });
      await expectInvariant(subject, rollback, [old]);
    });
  });
});

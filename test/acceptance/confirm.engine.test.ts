import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { OperationView } from '../../src/api/contract/operation-views.ts';
import type { ConfirmationView } from '../../src/api/contract/running-views.ts';
import type { SystemView } from '../../src/api/contract/system-views.ts';
import { expectInvariant, migrated, type Outcome, readWitness, type Subject } from '../recovery/invariant.ts';
import { makeAppliance } from '../support/appliances.ts';
import { TestBelay } from '../support/belay.ts';
import { describeOnEngine } from '../support/on-engine.ts';

const changes = ['LABEL io.belay.gate.stable=200ms io.belay.gate.deadline=15s'];
const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

describeOnEngine('an upgrade that has to be confirmed', (bench) => {
  const container = bench.name('acme');
  const directory = mkdtempSync(join(tmpdir(), 'belay-confirm-'));
  const licence = join(directory, 'licence');
  let subject: Subject;
  let belay: TestBelay;
  let old: Outcome;
  let upgraded: Outcome;

  async function upgrade(confirmWithin: string): Promise<OperationView> {
    const operation = await belay.ended(
      await belay.post<OperationView>('/api/cluster/upgrade', { version: '2.0', confirmWithin }),
    );
    expect(operation).toMatchObject({ state: 'succeeded', confirmation: { state: 'pending', backTo: '1.0' } });
    return operation;
  }

  async function until(what: string, condition: (system: SystemView) => boolean): Promise<SystemView> {
    for (let waitedMs = 0; waitedMs < 30_000; waitedMs += 100) {
      const system = await belay.system();
      if (condition(system)) return system;
      await pause(100);
    }
    throw new Error(`waited in vain for ${what}: ${JSON.stringify(await belay.system())}`);
  }

  /** Waits for the rollback that nobody asked for, and looks at what it has left. */
  async function expectGoneBack(): Promise<OperationView> {
    await until('1.0', ({ version, lastOperation }) => version === '1.0' && lastOperation?.state !== 'running');
    const rollback = await belay.ended();
    expect(rollback).toMatchObject({ kind: 'rollback', by: 'belay', state: 'succeeded' });
    expect(rollback.reason).toMatch(/^2\.0 was not confirmed within \d+ s\.$/);
    await expectInvariant(subject, rollback, [old]);
    return rollback;
  }

  beforeAll(async () => {
    writeFileSync(licence, 'free');
    await makeAppliance(bench.engine, { reference: bench.reference('server', '1.0'), dataFormat: 1, changes });
    await makeAppliance(bench.engine, { reference: bench.reference('server', '2.0'), dataFormat: 2, changes });
    const mount = ['-v', `${licence}:/etc/licence:ro`];
    await bench.engine.docker(['run', '-d', '--name', container, ...mount, bench.reference('server', '1.0')]);
    belay = new TestBelay(bench.engine.dockerHost);
    await belay.start();
    await belay.adopt(container, container);
    subject = { belay, engine: bench.engine, appliance: container, container };
    await until('its health', ({ services }) => services[0]?.health === 'healthy');
    old = { version: '1.0', data: await readWitness(subject) };
    upgraded = { version: '2.0', data: migrated(old.data, '2') };
  });
  beforeEach(async () => {
    if ((await belay.system()).version === '2.0') await belay.rollback();
  });
  afterAll(async () => {
    await belay?.close();
    rmSync(directory, { recursive: true });
  });

  it('goes back with its data where nobody confirms it, and says why', async () => {
    const plan = await belay.get('/api/upgrade/plan?version=2.0&confirmWithin=2s');
    expect(plan).toMatchObject({ confirmWithinMs: 2_000 });
    const { id } = await upgrade('2s');
    await expectInvariant(subject, await belay.ended(), [upgraded, old]);
    await expectGoneBack();
    const history = await belay.get<OperationView[]>('/api/upgrade/history');
    expect(history.find((each) => each.id === id)?.confirmation).toMatchObject({ state: 'reverted', endedBy: 'belay' });
    expect((await belay.system()).confirmation).toBeNull();
  });

  it('stays where somebody confirms it', async () => {
    const operation = await upgrade('3s');
    expect(await belay.post<ConfirmationView>('/api/cluster/confirm')).toMatchObject({
      state: 'confirmed',
      version: '2.0',
      endedBy: 'admin',
    });
    await pause(4_000);
    await expectInvariant(subject, operation, [upgraded]);
    expect((await belay.system()).attention).toEqual([]);
    await expect(belay.post('/api/cluster/confirm')).rejects.toThrow(
      `Nothing waits to be confirmed: ${container} runs 2.0.`,
    );
  });

  it('goes back at the start of a daemon that was down when its time was over', async () => {
    await upgrade('3s');
    await belay.kill('SIGKILL');
    await pause(3_500);
    await belay.start();
    await expectGoneBack();
  });

  it('waits on after a daemon was killed', async () => {
    const operation = await upgrade('60s');
    await pause(1_000);
    await belay.kill('SIGKILL');
    await belay.start();
    const { confirmation, attention } = await belay.system();
    expect(confirmation?.leftMs).toBeLessThan(59_100);
    expect(confirmation?.leftMs).toBeGreaterThan(30_000);
    expect(attention[0]).toEqual({
      code: 'unconfirmed',
      message: expect.stringMatching(/^2\.0 goes back to 1\.0 by itself in 0:\d\d, unless it is confirmed\.$/),
      hint: 'To keep it: confirm system',
    });
    await belay.post('/api/cluster/confirm');
    await expectInvariant(subject, operation, [upgraded]);
  });

  it('waits also where the daemon was killed in the very moment of the commit', async () => {
    await belay.kill('SIGTERM');
    await belay.start({ crashAt: 'commit:acted' });
    await belay.post('/api/cluster/upgrade', { version: '2.0', confirmWithin: '4s' }).catch(() => null);
    expect(await belay.died()).toBe('SIGKILL');
    await belay.start();
    expect((await belay.ended()).confirmation?.state).toBe('pending');
    await expectGoneBack();
  });

  it('keeps another upgrade away, and ends with a rollback by hand', async () => {
    await upgrade('60s');
    const again = belay.post('/api/cluster/upgrade', { version: '1.0' });
    await expect(again).rejects.toMatchObject({
      message: expect.stringContaining(`2.0 of ${container} waits to be confirmed.`),
      error: { code: 'refused', hint: 'First keep it (confirm system) or go back (rollback system).' },
    });
    expect(await belay.rollback()).toMatchObject({ state: 'succeeded', by: 'admin', reason: null });
    expect((await belay.system()).confirmation).toBeNull();
    await expect(belay.post('/api/cluster/confirm')).rejects.toThrow('Nothing waits to be confirmed');
  });

  it('says what keeps it from going back, and goes as soon as nothing does', async () => {
    await upgrade('1s');
    renameSync(licence, `${licence}.gone`);
    const { attention, version } = await until('its trouble', (seen) =>
      seen.attention.some(({ message }) => message.includes('could not go back yet')),
    );
    expect(version).toBe('2.0');
    expect(attention[0]?.message).toContain(`${licence} is not there`);
    expect(attention[0]?.hint).toBe('Keep 2.0 (confirm system) or go back (rollback system).');
    renameSync(`${licence}.gone`, licence);
    await expectGoneBack();
  });
});

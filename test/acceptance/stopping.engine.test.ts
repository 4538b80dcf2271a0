import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { OperationView, StepView } from '../../src/api/contract/operation-views.ts';
import { makeAppliance } from '../support/appliances.ts';
import { TestBelay } from '../support/belay.ts';
import { fingerprint } from '../support/fingerprint.ts';
import { describeOnEngine } from '../support/on-engine.ts';

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describeOnEngine('a daemon that ends in the middle of an upgrade, on a bind mount', (bench) => {
  const { docker } = bench.engine;
  const container = bench.name('acme');
  const inside = (script: string) => docker(['exec', container, 'sh', '-c', script]);
  let belay: TestBelay;
  let directory = '';
  let path = '';
  let inode = 0;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'belay-stopping-'));
    path = join(directory, 'data');
    await mkdir(path);
    inode = (await stat(path)).ino;
    const make = (
      version: string,
      dataFormat: number,
      stable: string,
      behaviour: 'serves' | 'wrong-version' = 'serves',
    ) =>
      makeAppliance(bench.engine, {
        reference: bench.reference('server', version),
        dataFormat,
        behaviour,
        changes: [`LABEL io.belay.gate.stable=${stable} io.belay.gate.deadline=15s`],
      });
    await make('1.0', 1, '200ms');
    await make('2.0', 2, '2s');
    await make('2.1', 3, '200ms', 'wrong-version');
    await docker([
      'run',
      '-d',
      '--name',
      container,
      '--restart',
      'always',
      '-v',
      `${path}:/data`,
      bench.reference('server', '1.0'),
    ]);
    belay = new TestBelay(bench.engine.dockerHost);
    await belay.start();
    await belay.adopt(container, 'stopping');
    await inside(
      'mkdir /data/large && cd /data/large && dd if=/dev/zero of=0 bs=1M count=200 && cp 0 1 && cp 0 2; echo one > /data/notes',
    );
  });
  afterAll(async () => {
    await belay?.close();
    await docker(['rm', '-fv', container]).catch(() => '');
    await rm(directory, { recursive: true, force: true });
  });

  async function untilStep(id: string, name: string, status: StepView['status']): Promise<void> {
    for (;;) {
      const operation = await belay.get<OperationView>(`/api/upgrade/status?operation=${id}`);
      if (operation.steps.some((step) => step.name === name && step.status === status)) return;
      if (operation.state !== 'running')
        throw new Error(`it has ended before ${name} was ${status}: ${operation.reason}`);
      await pause(5);
    }
  }
  const names = async () => (await readdir(directory)).sort();

  it('on SIGTERM during the clone leaves at once, and the next one takes it back', async () => {
    const startedAt = await docker(['inspect', '-f', '{{.State.StartedAt}}', container]);
    const before = await fingerprint(path);
    const operation = await belay.post<OperationView>('/api/cluster/upgrade', { version: '2.0' });
    await untilStep(operation.id, 'pre-copy', 'running');
    const toldAtMs = performance.now();
    await belay.kill('SIGTERM');
    expect(performance.now() - toldAtMs).toBeLessThan(3_000);
    await belay.start();
    expect(await belay.ended(operation)).toMatchObject({
      state: 'failed',
      recoveries: 1,
      reason: expect.stringContaining('Clone the data'),
    });
    expect(await docker(['inspect', '-f', '{{.State.StartedAt}}', container])).toBe(startedAt);
    expect(await fingerprint(path)).toEqual(before);
    expect(await names()).toEqual(['data']);
    expect(await belay.system()).toMatchObject({ version: '1.0', state: 'running' });
  });

  // What renaming two directories can be cut off at.
  it.each([
    ['delta:acted', '2.0'],
    ['start:intent', '2.0'],
    ['start:acted', '2.0'],
    ['gate:acted', '2.0'],
    ['start:revert-intent', '2.1'],
    ['start:revert-acted', '2.1'],
    ['stop:reverted', '2.1'],
  ])('killed at %s: ends on the original directory under its own name', async (point, version) => {
    const { reason } = await crashAt(point, '/api/cluster/upgrade', { version, force: true });
    expect(reason).toBeTruthy();
    expect((await stat(path)).ino).toBe(inode);
    expect(await names()).toEqual(['data']);
    expect(await inside('cat /data/format /data/notes')).toBe('1\none');
    expect(await belay.system()).toMatchObject({ version: '1.0', state: 'running' });
  });

  async function crashAt(point: string, route: string, body: object): Promise<OperationView> {
    await belay.kill('SIGTERM');
    await belay.start({ crashAt: point });
    await belay.post<OperationView>(route, body).catch(() => null);
    expect(await Promise.race([belay.died(), pause(30_000)])).toBe('SIGKILL');
    await belay.start();
    return belay.ended();
  }

  it('on SIGTERM during the gate finishes what it has begun', async () => {
    const operation = await belay.post<OperationView>('/api/cluster/upgrade', { version: '2.0' });
    await untilStep(operation.id, 'gate', 'running');
    await belay.kill('SIGTERM');
    expect(await inside('cat /data/format')).toBe('2');
    await belay.start();
    expect(await belay.ended(operation)).toMatchObject({ state: 'succeeded', recoveries: 0 });
    expect(await belay.system()).toMatchObject({ version: '2.0', state: 'running' });
    expect(await names()).toEqual([expect.stringMatching(/^\.data\.belay-S[A-Z]{10}$/), 'data']);
    await inside('echo two >> /data/notes; sync');
  });

  it.each(['stop:done', 'start:intent', 'start:acted', 'commit:intent'])(
    'killed at %s of a rollback: each directory ends where it belongs',
    async (point) => {
      const onTwo = (await belay.releases()).find(({ status }) => status === 'active')?.id as string;
      expect(await crashAt(point, '/api/cluster/rollback', {})).toMatchObject({ state: 'succeeded' });
      expect((await stat(path)).ino).toBe(inode);
      expect(await inside('cat /data/format /data/notes')).toBe('1\none');
      expect(await names()).toHaveLength(2);
      expect(await belay.rollback(onTwo)).toMatchObject({ state: 'succeeded' });
      expect(await inside('cat /data/format /data/notes')).toBe('2\none\ntwo');
      expect((await stat(path)).ino).not.toBe(inode);
      expect(await names()).toHaveLength(2);
    },
  );
});

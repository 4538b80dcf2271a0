import { afterAll, beforeAll, expect, it } from 'vitest';
import type { OperationView } from '../../src/api/contract/operation-views.ts';
import type { ReleaseView } from '../../src/api/contract/release-views.ts';
import type { SystemView } from '../../src/api/contract/system-views.ts';
import { makeAppliance } from '../support/appliances.ts';
import { ApiFailure, TestBelay } from '../support/belay.ts';
import { type HoldingProxy, startHoldingProxy } from '../support/holding-proxy.ts';
import { describeOnEngine } from '../support/on-engine.ts';

const GATE = 'LABEL io.belay.gate.stable=300ms io.belay.gate.deadline=10s';

describeOnEngine('several who want the same appliance at once', (bench) => {
  const { docker } = bench.engine;
  const container = bench.name('acme');
  let belay: TestBelay;
  let registry: HoldingProxy;
  const reference = (version: string) => `${registry.address}/${bench.name('server')}:${version}`;

  beforeAll(async () => {
    registry = await startHoldingProxy(bench.registry);
    await makeAppliance(bench.engine, { reference: reference('1.0'), changes: [GATE] });
    await makeAppliance(bench.engine, { reference: reference('2.0'), dataFormat: 2, changes: [GATE] });
    await makeAppliance(bench.engine, { reference: reference('3.0'), dataFormat: 3, changes: [GATE] });
    await docker(['run', '-d', '--name', container, reference('1.0')]);
    belay = new TestBelay(bench.engine.dockerHost);
    await belay.start();
  });
  afterAll(async () => {
    await belay?.close();
    await registry?.stop();
  });

  const settle = async <T>(requests: Promise<T>[]) => {
    const ends = await Promise.allSettled(requests);
    return {
      accepted: ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : [])),
      refused: ends.flatMap((end) => (end.status === 'rejected' ? [end.reason as ApiFailure] : [])),
    };
  };
  const running = async () =>
    (await docker(['ps', '--format', '{{.Names}}', '--filter', `name=${container}`])).split('\n').filter(Boolean);

  it('who adopt it under ten names: one appliance', async () => {
    const names = Array.from({ length: 10 }, (_, n) => `${container}-${n}`);
    const { accepted, refused } = await settle<ReleaseView>(names.map((name) => belay.adopt(container, name)));
    expect(accepted).toHaveLength(1);
    expect(refused.map(({ status }) => status)).toEqual(Array(9).fill(422));
    expect(await belay.get('/api/appliances')).toHaveLength(1);
  });

  it('who upgrade it: one is accepted, and nine are told who holds it', async () => {
    const requests = Array.from({ length: 10 }, () =>
      belay.post<OperationView>('/api/cluster/upgrade', { version: '2.0' }),
    );
    const { accepted, refused } = await settle(requests);
    expect(accepted).toHaveLength(1);
    const { id } = accepted[0] as OperationView;
    expect(refused).toHaveLength(9);
    for (const { status, error } of refused) {
      expect(status).toBe(409);
      expect(error).toMatchObject({
        code: 'busy',
        hint: 'Watch it: show upgrade status watch',
        details: { operation: id, by: 'admin' },
      });
      expect(error.message).toMatch(new RegExp(`held by upgrade ${id}, started by admin at \\d\\d:\\d\\d:\\d\\d UTC`));
    }
    expect(await belay.ended(accepted[0])).toMatchObject({ state: 'succeeded' });
    expect(await belay.get('/api/upgrade/history')).toHaveLength(1);
    expect(await running()).toEqual([container]);
  });

  it('who upgrade and roll back it: one wins', async () => {
    const { accepted, refused } = await settle([
      belay.post<OperationView>('/api/cluster/upgrade', { version: '3.0' }),
      belay.post<OperationView>('/api/cluster/rollback', {}),
    ]);
    expect([accepted.length, refused.map(({ status }) => status)]).toEqual([1, [409]]);
    expect(await belay.ended(accepted[0])).toMatchObject({ state: 'succeeded' });
    expect(await running()).toEqual([container]);
  });

  it('an upgrade whose plan took so long that a rollback went through meanwhile is refused', async () => {
    const { version } = await belay.get<SystemView>('/api/system');
    if (version === '3.0') await belay.rollback();
    if (version === '1.0') await belay.upgrade('2.0');
    const { version: from } = await belay.get<SystemView>('/api/system');
    expect(from).toBe('2.0');
    registry.hold();
    try {
      const slow = belay.post<OperationView>('/api/cluster/upgrade', { version: '3.0' }).then(
        () => null,
        (error: ApiFailure) => error,
      );
      expect(await belay.rollback()).toMatchObject({ state: 'succeeded' });
      registry.letGo();
      const refusal = await slow;
      expect(refusal).toBeInstanceOf(ApiFailure);
      expect(refusal).toMatchObject({ status: 409, message: expect.stringContaining('since this one was planned') });
    } finally {
      registry.letGo();
    }
    expect(await belay.get<SystemView>('/api/system')).toMatchObject({ version: '1.0', state: 'running' });
    expect(await running()).toEqual([container]);
  });

  it('who adopt the container of a release that was left: refused', async () => {
    const left = (await docker(['ps', '-a', '--format', '{{.Names}}', '--filter', `name=^${container}-R`])).split(
      '\n',
    )[0] as string;
    await docker(['start', left]);
    await expect(belay.adopt(left, 'thief')).rejects.toThrow('belongs to the appliance');
    await docker(['stop', '-t', '1', left]);
  });
});

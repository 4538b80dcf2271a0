import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { OperationView } from '../../src/api/contract/operation-views.ts';
import { type PrivateEngine, startPrivateEngine } from '../../src/demo/private-engine/private-engine.ts';
import { makeAppliance } from '../support/appliances.ts';
import { TestBelay } from '../support/belay.ts';
import { describeOnEngine } from '../support/on-engine.ts';

const GATE = 'LABEL io.belay.gate.stable=200ms io.belay.gate.deadline=15s';
const PATIENCE = { timeout: 20_000, interval: 100 };

describeOnEngine('a reboot of the host', () => {
  const container = 'acme';
  let engine: PrivateEngine;
  let belay: TestBelay;

  const docker = (...args: string[]) => engine.docker(args);
  const running = async () => (await docker('ps', '--format', '{{.Names}}')).split('\n').filter(Boolean);
  const all = async () => (await docker('ps', '-a', '--format', '{{.Names}}')).split('\n').filter(Boolean);
  const data = () => docker('exec', container, 'cat', '/data/format', '/data/notes');
  const comesBack = () => vi.waitUntil(async () => (await running()).includes(container), PATIENCE);
  /** Long enough for the engine to have revived what it would revive. */
  const settled = () => new Promise((resolve) => setTimeout(resolve, 1_500));

  const diesSoon = () =>
    Promise.race([belay.died(), new Promise((resolve) => setTimeout(() => resolve('it lives on'), 20_000))]);

  beforeAll(async () => {
    engine = await startPrivateEngine('reboots');
    for (const [version, dataFormat] of [
      ['1.0', 1],
      ['2.0', 2],
      ['3.0', 3],
    ] as const) {
      await makeAppliance(engine, { reference: `acme/server:${version}`, dataFormat, changes: [GATE] });
    }
    await docker('run', '-d', '--name', container, '--restart', 'unless-stopped', 'acme/server:1.0');
    await vi.waitUntil(
      () => docker('exec', container, 'sh', '-c', 'cat /data/format && echo one > /data/notes').catch(() => null),
      PATIENCE,
    );
    belay = new TestBelay(engine.dockerHost);
    await belay.start();
    await belay.adopt(container, 'acme');
  });
  afterAll(async () => {
    await belay?.close();
    await engine?.stop();
  });

  it.each([
    ['reboot', () => engine.reboot()],
    ['restart', () => engine.restart()],
  ] as const)(
    'after an upgrade brings back the new version, and after a rollback the old one (%s)',
    async (_how, again) => {
      expect(await belay.upgrade('2.0')).toMatchObject({ state: 'succeeded' });
      await again();
      await startedAgain();
      expect(await data()).toBe('2\none');
      expect(await belay.rollback()).toMatchObject({ state: 'succeeded' });
      expect((await all()).length).toBeGreaterThan(1);
      await again();
      await startedAgain();
      expect(await data()).toBe('1\none');
      expect(await belay.system()).toMatchObject({ version: '1.0', state: 'running' });
    },
  );

  /** What serves is up again, whether the engine or an administrator has seen to it, and nothing else is. */
  async function startedAgain(): Promise<void> {
    await settled();
    expect((await running()).filter((name) => name !== container)).toEqual([]);
    await comesBack();
  }

  it.each([
    ['stop:done', '1.0'],
    ['start:acted', '1.0'],
    ['commit:done', '2.0'],
  ])('in the middle of an upgrade, at %s: the next daemon decides, not Docker', async (point, version) => {
    await belay.kill('SIGTERM');
    await belay.start({ crashAt: point });
    await belay.post<OperationView>('/api/cluster/upgrade', { version: '2.0' }).catch(() => null);
    expect(await diesSoon()).toBe('SIGKILL');
    await engine.reboot();
    await settled();
    expect(await running()).toEqual([]);
    await belay.start();
    const operation = await belay.ended();
    expect(operation).toMatchObject({ state: version === '2.0' ? 'succeeded' : 'rolled-back', recoveries: 1 });
    expect(await running()).toEqual([container]);
    expect(await data()).toBe(version === '2.0' ? '2\none' : '1\none');
    expect(await docker('inspect', '-f', '{{.HostConfig.RestartPolicy.Name}}', container)).toBe('unless-stopped');
    expect(await belay.system()).toMatchObject({ version, state: 'running' });
  });

  it('in the middle of a rollback: the next daemon ends it', async () => {
    expect((await belay.system()).version).toBe('2.0');
    await belay.kill('SIGTERM');
    await belay.start({ crashAt: 'stop:done' });
    await belay.post<OperationView>('/api/cluster/rollback', {}).catch(() => null);
    expect(await diesSoon()).toBe('SIGKILL');
    await engine.reboot();
    await settled();
    expect(await running()).toEqual([]);
    await belay.start();
    expect(await belay.ended()).toMatchObject({ kind: 'rollback', state: 'succeeded', recoveries: 1 });
    expect(await data()).toBe('1\none');
    expect(await running()).toEqual([container]);
  });

  it('with the daemon up before the engine is: it waits for it', async () => {
    await belay.kill('SIGTERM');
    await belay.start({ crashAt: 'start:acted' });
    await belay.post<OperationView>('/api/cluster/upgrade', { version: '3.0' }).catch(() => null);
    expect(await diesSoon()).toBe('SIGKILL');
    process.kill(engine.pid(), 'SIGSTOP');
    await belay.start();
    await settled();
    expect(await belay.get('/api/health')).toMatchObject({ recovering: true });
    await engine.reboot();
    expect(await belay.ended()).toMatchObject({ state: 'rolled-back' });
    expect(await data()).toBe('1\none');
    expect(await running()).toEqual([container]);
  });
});

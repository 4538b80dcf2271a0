import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { OperationView } from '../../src/api/contract/operation-views.ts';
import type { ReleaseView } from '../../src/api/contract/release-views.ts';
import { type PrivateEngine, startPrivateEngine } from '../../src/demo/private-engine/private-engine.ts';
import { freePort } from '../../src/demo/private-engine/registry.ts';
import { makeAppliance } from '../support/appliances.ts';
import { TestBelay } from '../support/belay.ts';
import { endState } from '../support/end-state.ts';
import { describeOnEngine } from '../support/on-engine.ts';
import { oneShot } from '../support/one-shot.ts';

const GATE = 'LABEL io.belay.gate.stable=200ms io.belay.gate.deadline=15s';
const PATIENCE = { timeout: 20_000, interval: 100 };
const [OLD, NEW] = ['v1.0.1', 'v1.0.2'];

describeOnEngine('a server with its data in its container, as documented', (bench) => {
  const server = (tag: string) => bench.reference('server', tag);
  let engine: PrivateEngine;
  let belay: TestBelay;
  /** As in the documented procedure; the image is made here, and the port of this machine is one that is free. */
  let start: string[];
  const docker = (...args: string[]) => engine.docker(args);
  const names = async () => (await docker('ps', '-a', '--format', '{{.Names}}')).split('\n').filter(Boolean).sort();
  const running = async () => (await docker('ps', '--format', '{{.Names}}')).split('\n').filter(Boolean);
  const inside = (container: string, script: string) => docker('exec', container, 'sh', '-c', script);
  const serves = (container: string, format: string) =>
    vi.waitUntil(async () => (await inside(container, 'cat /data/format').catch(() => '')) === format, PATIENCE);

  /** The same data in every server that is begun. */
  async function begun(container: string, ...flags: string[]): Promise<string> {
    await docker(...start, '--name', container, ...flags, server(OLD));
    await serves(container, '1');
    await inside(
      container,
      'echo first > /data/witness; mkdir /data/db; echo row > /data/db/table; chown -R 102:105 /data/db',
    );
    return container;
  }
  async function clear(): Promise<void> {
    for (const name of await names()) await docker('rm', '-f', '-v', name);
    await docker('rmi', '-f', server(NEW));
  }
  async function adopted(container: string): Promise<ReleaseView> {
    await belay?.close();
    belay = new TestBelay(engine.dockerHost);
    await belay.start();
    return belay.adopt(container, 'rancher');
  }
  const shell = (...args: string[]) => oneShot(belay, ...args);

  beforeAll(async () => {
    engine = await startPrivateEngine('boxes');
    const port = `${await freePort()}:8080`;
    start = ['run', '-d', '--restart=always', '-p', port, '-e', 'CATTLE_DB=local', '--label', 'tier=gold'];
    await makeAppliance(engine, { reference: server(OLD), dataFormat: 1, changes: [GATE] });
    await makeAppliance(engine, { reference: server(NEW), dataFormat: 2, changes: [GATE] });
  });
  afterAll(async () => {
    await belay?.close();
    await engine?.stop();
  });

  /** What the procedure makes of a server, typed by hand. */
  async function byHand(): Promise<unknown> {
    const original = await begun('original');
    await docker('stop', original);
    await docker('create', '--volumes-from', original, '--name', 'rancher-data', server(OLD));
    await docker('pull', server(NEW));
    await docker(...start, '--name', 'upgraded', '--volumes-from', 'rancher-data', server(NEW));
    await serves('upgraded', '2');
    await docker('rm', original);
    const end = await endState(engine, 'upgraded', '/data');
    await clear();
    return end;
  }

  it('ends as the procedure typed by hand does: the same settings, the same data, the old container gone', async () => {
    const expected = await byHand();
    const { id } = await adopted(await begun('original'));
    expect(await belay.upgrade(NEW)).toMatchObject({ state: 'succeeded' });
    const deletion = await shell('delete', 'release', id, '--yes');
    expect(deletion).toMatchObject({ exitCode: 0, stderr: '' });
    expect(deletion.stdout).toContain(`(${id}) are removed. Its data stays as the snapshot`);
    expect(await names()).toEqual(['original']);
    expect(await endState(engine, 'original', '/data')).toEqual(expected);

    // What by hand is gone for good: the way back, with the data as they were.
    expect(await belay.rollback()).toMatchObject({ state: 'succeeded', to: OLD });
    expect(await inside('original', 'cat /data/format /data/witness /data/db/table')).toBe('1\nfirst\nrow');
    expect(await docker('inspect', '-f', '{{.HostConfig.RestartPolicy.Name}}', 'original')).toBe('always');
    await clear();
  });

  it.each([
    ['on --volumes-from rancher-data', true],
    ['with an anonymous volume only', false],
  ])('%s: up, back, forward again, and the old container cannot come back', async (_, hasBox) => {
    if (hasBox) await docker('create', '--name', 'rancher-data', server(OLD));
    const name = await begun('rancher-server', ...(hasBox ? ['--volumes-from', 'rancher-data'] : []));
    const first = await adopted(name);
    expect(await belay.upgrade(NEW)).toMatchObject({ state: 'succeeded' });
    const [upgraded] = await belay.releases();
    await inside(name, 'echo second > /data/db/row');
    expect(await belay.rollback()).toMatchObject({ state: 'succeeded' });
    expect(await inside(name, 'cat /data/witness; ls /data/db')).toBe('first\ntable');
    const [copy] = await belay.releases();

    // What runs is refused under each of its names, and nothing is changed.
    for (const release of [first, copy]) {
      const refused = await shell('delete', 'release', release?.id ?? '', '--yes');
      expect(refused.exitCode).toBe(3);
      expect(refused.stderr).toContain('is what runs now');
    }
    expect(await belay.rollback(upgraded?.id)).toMatchObject({ state: 'succeeded' });
    expect(await inside(name, 'cat /data/format /data/db/row')).toBe('2\nsecond');

    const asked = await shell('delete', 'release', first.id);
    expect(asked.exitCode).not.toBe(0);
    expect((await names()).length).toBe(hasBox ? 3 : 2);
    const plan = await belay.get<{ warnings: string[]; copies: string[] }>(`/api/releases/${first.id}/deletion`);
    expect(plan.copies).toEqual([copy?.id]);
    expect(plan.warnings.some((warning) => warning.includes('docker volume prune'))).toBe(!hasBox);
    expect(await belay.work(`/api/releases/${first.id}/delete`)).toMatchObject({ state: 'done' });
    expect(await names()).toEqual(hasBox ? ['rancher-data', name] : [name]);
    for (const again of [first, copy]) {
      await expect(belay.post(`/api/releases/${again?.id}/delete`)).rejects.toThrow('has no containers any more');
    }

    await engine.reboot();
    await vi.waitUntil(async () => (await running()).includes(name), PATIENCE);
    expect(await names()).toEqual(hasBox ? ['rancher-data', name] : [name]);
    await serves(name, '2');
    // Never lost: the record is there, and a rollback makes the container again on its data.
    expect((await belay.releases()).map(({ id }) => id)).toContain(first.id);
    expect(await belay.system()).toMatchObject({ attention: [] });
    expect(await belay.rollback(first.id)).toMatchObject({ state: 'succeeded' });
    expect(await inside(name, 'cat /data/format /data/witness; ls /data/db')).toBe('1\nfirst\ntable');
    await clear();
  });

  it('is refused for what an unconfirmed upgrade would go back to, and for what runs', async () => {
    const name = await begun('rancher-server');
    const first = await adopted(name);
    const upgrade = await belay.post<OperationView>('/api/cluster/upgrade', { version: NEW, confirmWithin: '10m' });
    await expect(belay.post(`/api/releases/${first.id}/delete`)).rejects.toThrow(/is held by upgrade|is what runs now/);
    expect(await belay.ended(upgrade)).toMatchObject({ state: 'succeeded' });
    await expect(belay.post(`/api/releases/${first.id}/delete`)).rejects.toThrow('is not confirmed yet');
    await belay.post('/api/cluster/confirm');
    // Its port is taken: it would not come up beside what runs.
    await docker('rename', `${name}-${first.id}`, 'by-hand');
    await docker('stop', name);
    await docker('start', 'by-hand');
    await expect(belay.post(`/api/releases/${first.id}/delete`)).rejects.toThrow('The container by-hand of');
    await docker('stop', 'by-hand');
    await docker('start', name);
    expect(await belay.work(`/api/releases/${first.id}/delete`)).toMatchObject({ state: 'done' });
    expect(await names()).toEqual([name]);
  });
});

import { afterAll, beforeAll, expect, it } from 'vitest';
import { freePort } from '../../src/demo/private-engine/registry.ts';
import { type Behaviour, makeAppliance } from './appliances.ts';
import { forgetImage } from './images.ts';
import { describeOnEngine } from './on-engine.ts';

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describeOnEngine('the test appliance', (bench) => {
  const { docker } = bench.engine;
  const volume = bench.name('data');
  const reference = (version: string) => bench.reference('server', version);
  let containers: string[] = [];

  async function runVersion(version: string, ...flags: string[]): Promise<string> {
    const id = await docker(['run', '-d', '-v', `${volume}:/data`, ...flags, reference(version)]);
    containers.push(id);
    return id;
  }
  const state = (id: string, field: string) => docker(['inspect', '-f', `{{.State.${field}}}`, id]);
  async function until(probe: () => Promise<string>, wanted: string): Promise<string> {
    for (const deadline = Date.now() + 20_000; Date.now() < deadline; await pause(50)) {
      if ((await probe().catch(() => '')) === wanted) return wanted;
    }
    return probe();
  }
  const make = (version: string, behaviour: Behaviour, dataFormat = 1) =>
    makeAppliance(bench.engine, { reference: reference(version), behaviour, dataFormat, afterSeconds: 2 });

  beforeAll(async () => {
    await make('1.0', 'serves');
    await make('2.0', 'serves', 2);
    await make('2.1', 'exits-at-once', 2);
    await make('2.2', 'never-healthy', 2);
    await make('2.3', 'dies-later', 2);
    await make('2.4', 'crash-loops', 2);
    await make('2.5', 'wrong-version', 2);
    await make('2.6', 'ignores-stop', 2);
    await make('2.7', 'slow-migration', 3);
  });
  afterAll(async () => {
    if (containers.length > 0) await docker(['rm', '-f', '-v', ...containers]);
    await docker(['volume', 'rm', '-f', volume]);
    containers = [];
  });

  it('serves its data on a published port, stops at once, and is pulled from the registry', async () => {
    await forgetImage(bench.engine, reference('1.0'));
    const port = await freePort();
    const id = await runVersion('1.0', '-p', `127.0.0.1:${port}:8080`);
    const get = async (path: string) => (await (await fetch(`http://127.0.0.1:${port}${path}`)).text()).trim();
    expect(await until(() => get('/version'), '1.0')).toBe('1.0');
    expect(await get('/data/witness')).toMatch(/^[0-9a-f]{32}$/);
    expect(await get('/cgi-bin/note?hello')).toBe('noted');
    expect(await get('/data/notes')).toBe('hello');
    expect(await until(() => state(id, 'Health.Status'), 'healthy')).toBe('healthy');
    const before = Date.now();
    await docker(['stop', id]);
    expect(Date.now() - before).toBeLessThan(3_000);
    expect(await state(id, 'ExitCode')).toBe('0');
  });

  it('migrates data so that the older version cannot read it again', async () => {
    const id = await runVersion('2.0');
    await until(() => state(id, 'Health.Status'), 'healthy');
    expect(await docker(['logs', id])).toContain('migrating data from format 1 to 2');
    await docker(['stop', id]);
    const old = await runVersion('1.0');
    expect(await until(() => state(old, 'Status'), 'exited')).toBe('exited');
    expect(await docker(['wait', old])).toBe('1');
  });

  it('fails in each way that it is told to', async () => {
    const [exits, sick, dies, loops, liar, deaf] = await Promise.all(
      ['2.1', '2.2', '2.3', '2.4', '2.5', '2.6'].map((version) => runVersion(version)),
    );
    expect(await docker(['wait', exits as string])).toBe('1');
    expect(await until(() => state(dies as string, 'Health.Status'), 'healthy')).toBe('healthy');
    expect(await docker(['wait', dies as string])).toBe('1');
    expect(await docker(['wait', loops as string])).toBe('1');
    expect(await until(() => state(sick as string, 'Health.Status'), 'unhealthy')).toBe('unhealthy');
    expect(await state(sick as string, 'Running')).toBe('true');
    expect(await docker(['exec', liar as string, 'cat', '/www/version'])).toBe('0.0.0');
    await docker(['stop', '-t', '1', deaf as string]);
    expect(await state(deaf as string, 'ExitCode')).toBe('137');
  });

  it('tells how far a slow migration is', async () => {
    const id = await runVersion('2.7');
    await until(() => state(id, 'Health.Status'), 'healthy');
    expect(await docker(['logs', id])).toContain('migrating table 2 of 2');
  });
});

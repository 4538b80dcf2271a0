import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { OperationView } from '../../src/api/contract/operation-views.ts';
import type { RepairPlanView } from '../../src/api/contract/plan-views.ts';
import type { SystemView } from '../../src/api/contract/system-views.ts';
import { Screen } from '../shell/screen.ts';
import { makeAppliance } from '../support/appliances.ts';
import { SHIPPED_PROGRAM, TestBelay } from '../support/belay.ts';
import { describeOnEngine } from '../support/on-engine.ts';

const run = promisify(execFile);
const GATE = 'LABEL io.belay.gate.stable=200ms io.belay.gate.deadline=10s';

describeOnEngine('repair system', (bench) => {
  const { docker } = bench.engine;
  const name = bench.name('acme');
  const reference = (version: string) => bench.reference('server', version);
  let belay: TestBelay;

  const inside = (script: string) => docker(['exec', name, 'sh', '-c', script]);
  const system = () => belay.get<SystemView>('/api/system');
  const codes = async () => (await system()).attention.map(({ code }) => code);
  const plan = () => belay.get<RepairPlanView>('/api/repair/plan');
  const repair = async () => belay.ended(await belay.post<OperationView>('/api/cluster/repair'));
  /** As an administrator types it. */
  const oneShot = (...words: string[]) => run(process.execPath, [SHIPPED_PROGRAM, ...words], { env: belay.env() });
  const healthy = () =>
    vi.waitUntil(async () => (await system()).services[0]?.health === 'healthy', { timeout: 15_000 });

  beforeAll(async () => {
    await makeAppliance(bench.engine, { reference: reference('1.0'), dataFormat: 1, changes: [GATE] });
    await makeAppliance(bench.engine, { reference: reference('2.0'), dataFormat: 2, changes: [GATE] });
    belay = new TestBelay(bench.engine.dockerHost);
    await belay.start();
    const flags = ['--restart', 'unless-stopped', '--memory', '128m', '-e', 'COLOR=blue', '--label', 'tier=one'];
    await docker(['run', '-d', '--name', name, ...flags, reference('1.0')]);
    await vi.waitUntil(() => inside('cat /data/format').catch(() => null), { timeout: 20_000 });
    await inside('echo mine > /data/notes');
    await belay.adopt(name, name);
    expect(await belay.upgrade('2.0')).toMatchObject({ state: 'succeeded' });
    await healthy();
  });
  afterAll(async () => {
    await belay?.close();
  });

  it('is refused where there is nothing to repair', async () => {
    await expect(repair()).rejects.toThrow(`are as 2.0`);
    expect((await plan()).actions).toEqual([]);
  });

  it('makes a removed container again, the same one on the same data', async () => {
    const settings = '{{json .HostConfig}} {{json .Config.Env}} {{json .Config.Cmd}} {{.Image}}';
    const before = await docker(['inspect', '-f', settings, name]);
    const volumes = await docker(['volume', 'ls', '-q', '--filter', `label=io.belay.appliance=${name}`]);
    await docker(['rm', '-f', name]);
    expect(await codes()).toContain('container-removed');
    expect(await system()).toMatchObject({ state: 'down' });
    expect((await plan()).actions).toEqual([`Make the container ${name} again from the release, and start it`]);

    const { stdout } = await oneShot('repair', 'system', '--yes', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ kind: 'repair', state: 'succeeded' });
    expect(await docker(['inspect', '-f', settings, name])).toBe(before);
    expect(await docker(['inspect', '-f', '{{.Config.Labels.tier}}', name])).toBe('one');
    expect(await inside('cat /data/format /data/notes')).toBe('2\nmine');
    expect(await docker(['volume', 'ls', '-q', '--filter', `label=io.belay.appliance=${name}`])).toBe(volumes);
    await healthy();
    expect(await codes()).toEqual([]);
    expect(await belay.rollback()).toMatchObject({ state: 'succeeded' });
    expect(await inside('cat /data/format')).toBe('1');
    const [, left] = await belay.releases();
    expect(await belay.rollback(left?.id)).toMatchObject({ state: 'succeeded' });
  });

  it('sets name, limits and restart policy right and starts it, at the prompt', async () => {
    await docker(['update', '--memory', '64m', '--restart', 'no', name]);
    await docker(['rename', name, `${name}-odd`]);
    await docker(['stop', `${name}-odd`]);
    expect((await codes()).sort()).toEqual(['container-renamed', 'container-stopped', 'limits', 'restart-policy']);
    const screen = new Screen(process.execPath, [SHIPPED_PROGRAM], {
      env: belay.env({ CI: '' }),
      columns: 90,
      rows: 40,
    });
    try {
      await screen.untilPrompt();
      screen.type('repair system\r');
      await screen.untilShown('[yes,no]');
      for (const words of [`Rename ${name}-odd to ${name}`, 'Set --memory', 'unless-stopped (now no)', `Start ${name}`])
        expect(screen.lines().join('\n')).toContain(words);
      screen.type('yes\r');
      await screen.untilShown(`${name} is as 2.0`);
    } finally {
      screen.kill();
    }
    const now = '{{.HostConfig.Memory}} {{.HostConfig.RestartPolicy.Name}} {{.State.Status}}';
    expect(await docker(['inspect', '-f', now, name])).toBe('134217728 unless-stopped running');
    await healthy();
    expect(await codes()).toEqual([]);
  });

  it('lets a paused container go on', async () => {
    await docker(['pause', name]);
    expect(await codes()).toContain('container-paused');
    expect(await repair()).toMatchObject({ state: 'succeeded' });
    expect(await inside('cat /data/format')).toBe('2');
  });

  it('is refused while another container bears the name, and says which', async () => {
    await docker(['rm', '-f', name]);
    await docker(['create', '--name', name, reference('1.0')]);
    expect(await codes()).toContain('container-replaced');
    await expect(repair()).rejects.toThrow(`The container name ${name} is taken by another container`);
    await docker(['rm', name]);
    expect(await repair()).toMatchObject({ state: 'succeeded' });
    await healthy();
  });

  it('never on a volume that is gone, and makes none', async () => {
    const volume = await docker(['inspect', '-f', '{{(index .Mounts 0).Name}}', name]);
    await docker(['rm', '-f', name]);
    await docker(['volume', 'rm', volume]);
    expect((await system()).attention[0]).toMatchObject({ code: 'data-gone', level: 'alarm' });
    await expect(repair()).rejects.toThrow(`is not in the volume ${volume}`);
    await docker(['volume', 'create', volume]);
    expect(await codes()).toContain('data-replaced');
    await expect(repair()).rejects.toThrow(`is not in the volume ${volume}`);
    await expect(docker(['inspect', name])).rejects.toThrow('No such');
    // The way back that the alarm names.
    expect(await belay.rollback()).toMatchObject({ state: 'succeeded' });
    expect(await inside('cat /data/format /data/notes')).toBe('1\nmine');
  });
});

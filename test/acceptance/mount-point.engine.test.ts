import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { MovePlanView } from '../../src/api/contract/move.ts';
import type { OperationView } from '../../src/api/contract/operation-views.ts';
import type { RollbackPlanView, UpgradePlanView } from '../../src/api/contract/plan-views.ts';
import { makeAppliance } from '../support/appliances.ts';
import { TestBelay } from '../support/belay.ts';
import { contents, fingerprint } from '../support/fingerprint.ts';
import { type LoopFilesystem, mountLoop } from '../support/loop-filesystem.ts';
import { describeOnEngine } from '../support/on-engine.ts';

const MIB = 1 << 20;
const SLOW = { timeout: 300_000 };
const PATIENCE = { timeout: 30_000, interval: 100 };
const GATE = 'LABEL io.belay.gate.stable=200ms io.belay.gate.deadline=15s';

/** An ext4 of its own, as a logical volume is: a directory that cannot be renamed, with nothing of the same disk beside. */
describeOnEngine('a bind mount that is a mount point itself', (bench) => {
  const { docker } = bench.engine;
  const server = (version: string) => bench.reference('server', version);
  const inside = (container: string, script: string) => docker(['exec', container, 'sh', '-c', script]);
  let belay: TestBelay;
  let disk: LoopFilesystem;
  let fresh: LoopFilesystem;
  let name = '';

  beforeAll(async () => {
    const make = (version: string, dataFormat: number, wrong = false) =>
      makeAppliance(bench.engine, {
        reference: server(version),
        dataFormat,
        changes: [GATE],
        ...(wrong ? { behaviour: 'wrong-version' as const } : {}),
      });
    await make('1.0', 1);
    await make('2.0', 2);
    await make('3.0', 3, true);
    [disk, fresh] = await Promise.all([mountLoop('ext4', 512 * MIB), mountLoop('ext4', 256 * MIB)]);
    belay = new TestBelay(bench.engine.dockerHost);
    await belay.start();
    name = bench.name('server');
    await docker(['run', '-d', '--name', name, '-v', `${disk.path}:/data`, server('1.0')]);
    await vi.waitUntil(async () => (await inside(name, 'cat /data/format').catch(() => '')) === '1', PATIENCE);
    // Enough for an exchange to be cut off in the middle of it.
    await mkdir(join(disk.path, 'many'));
    for (let n = 1; n <= 300; n++) await writeFile(join(disk.path, 'many', `${n}`), randomBytes(64 << 10));
    await inside(name, 'chown -R 102:105 /data/many; chmod 751 /data; sync');
    await belay.adopt(name, name);
  }, SLOW.timeout);
  afterAll(async () => {
    await belay?.close();
    await docker(['rm', '-f', name]).catch(() => '');
    await disk?.remove();
    await fresh?.remove();
  });

  const begin = (path: string, body: object) =>
    belay.post<OperationView>(`/api/cluster/${path}?appliance=${name}`, body);
  const ended = async (path: string, body: object) => belay.ended(await begin(path, body));
  const beside = async (of: LoopFilesystem) =>
    (await readdir(dirname(of.path))).filter((entry) => entry.startsWith(`.${basename(of.path)}`)).sort();
  const theCopy = async (of: LoopFilesystem): Promise<string> => {
    const [copy = '', ...more] = (await beside(of)).filter((entry) => /belay-S[A-Z]{10}$/.test(entry));
    expect(more).toEqual([]);
    return join(dirname(of.path), copy);
  };
  const note = async (): Promise<{ lies: string | null }> =>
    JSON.parse(await readFile(join(dirname(disk.path), `.${basename(disk.path)}.belay`), 'utf8'));

  it('is upgraded, goes back by itself and by hand, and forward again, with the data of each side', SLOW, async () => {
    const before = await fingerprint(disk.path);
    const plan = await belay.get<UpgradePlanView>(`/api/upgrade/plan?appliance=${name}&version=2.0`);
    expect(plan).toMatchObject({
      obstacles: [],
      mounts: [{ treatment: 'pre-copy', note: expect.stringContaining('a mount point itself') }],
      space: [{ path: dirname(disk.path) }],
      warnings: [expect.stringContaining('going back copies the data of 1.0 back into it')],
    });

    expect(await ended('upgrade', { version: '3.0' })).toMatchObject({ state: 'rolled-back' });
    expect(await contents(disk.path)).toEqual(
      before.map((line) => line.replace(/ mtime=\d+/, '')).filter((line) => !line.includes(' directory ')),
    );
    expect(await beside(disk)).toEqual([]);

    expect(await ended('upgrade', { version: '2.0' })).toMatchObject({ state: 'succeeded' });
    expect(await inside(name, 'cat /data/format')).toBe('2');
    // The old version has written its format again when it came back.
    const old = await contents(await theCopy(disk));
    expect(old.filter((line) => line.startsWith('many'))).toHaveLength(300);
    expect((await stat(disk.path)).mode & 0o777).toBe(0o751);
    await inside(name, 'echo two > /data/note; rm /data/many/7; sync');

    const back = await belay.get<RollbackPlanView>(`/api/rollback/plan?appliance=${name}`);
    expect(back.steps.map((step) => step.name)).toContain('set-aside');
    expect(back.warnings).toEqual([expect.stringContaining('is a mount point itself')]);
    const left = await fingerprint(disk.path);
    const { release } = await belay.get<{ release: string }>(`/api/system?appliance=${name}`);
    expect(await ended('rollback', {})).toMatchObject({ state: 'succeeded' });
    expect(await contents(disk.path)).toEqual(old);
    expect(await fingerprint(await theCopy(disk))).toEqual(left);

    expect(await ended('rollback', { release })).toMatchObject({ state: 'succeeded' });
    expect(await inside(name, 'cat /data/format /data/note; ls /data/many | wc -l')).toBe('2\ntwo\n299');
    expect(await contents(await theCopy(disk))).toEqual(old);
    expect((await readdir(disk.path)).includes('lost+found')).toBe(true);
    expect(await belay.get(`/api/system?appliance=${name}`)).toMatchObject({ attention: [] });
  });

  it(
    'a daemon that is killed in the middle of the exchange has it done again, and nothing is mixed',
    SLOW,
    async () => {
      const old = await contents(await theCopy(disk));
      const left = await fingerprint(disk.path);
      await begin('rollback', {});
      await expect.poll(async () => (await note()).lies, { timeout: 60_000, interval: 2 }).toBe(null);
      await belay.kill();
      expect((await note()).lies).toBe(null);
      await belay.start();
      const [last] = await belay.get<OperationView[]>(`/api/upgrade/history?appliance=${name}`);
      expect(await belay.ended(last)).toMatchObject({ kind: 'rollback', state: 'succeeded', recoveries: 1 });
      expect(await contents(disk.path)).toEqual(old);
      expect(await fingerprint(await theCopy(disk))).toEqual(left);
    },
  );

  it('is moved onto another one that is empty, and is empty again where that is cut off', SLOW, async () => {
    const before = await contents(disk.path);
    const empty = await fingerprint(fresh.path);
    expect(await readdir(fresh.path)).toEqual(['lost+found']);
    const plan = await belay.get<MovePlanView>(
      `/api/move/plan?appliance=${name}&to=bind&place=${encodeURIComponent(fresh.path)}`,
    );
    expect(plan).toMatchObject({ obstacles: [], setAside: null, space: [{ path: fresh.path }] });
    await belay.kill('SIGTERM');
    await belay.start({ crashAt: 'start:acted' });
    await begin('move', { to: 'bind', place: fresh.path, owner: '102:105' }).catch(() => null);
    expect(await belay.died()).toBe('SIGKILL');
    await belay.start();
    const [last] = await belay.get<OperationView[]>(`/api/upgrade/history?appliance=${name}`);
    expect(await belay.ended(last)).toMatchObject({ kind: 'move', state: 'rolled-back' });
    expect((await fingerprint(fresh.path)).map((line) => line.replace(/ mtime=\d+/, ''))).toEqual(
      empty.map((line) => line.replace(/ mtime=\d+/, '')),
    );
    expect(await beside(fresh)).toEqual([]);
    expect(await contents(disk.path)).toEqual(before);

    expect(await ended('move', { to: 'bind', place: fresh.path })).toMatchObject({ state: 'succeeded', reason: null });
    expect(await contents(fresh.path)).toEqual(before);
    expect(await readdir(fresh.path)).toContain('lost+found');
    await inside(name, 'echo moved > /data/note');
    expect(await ended('upgrade', { version: '2.0' })).toMatchObject({ state: 'succeeded', reason: null });
    expect(await inside(name, 'cat /data/format /data/note')).toBe('2\nmoved');
    expect(await ended('rollback', {})).toMatchObject({ state: 'succeeded' });
    expect(await inside(name, 'cat /data/format /data/note')).toBe('1\nmoved');
    expect(await ended('rollback', {})).toMatchObject({ state: 'succeeded' });
    expect(await contents(disk.path)).toEqual(before);
  });
});

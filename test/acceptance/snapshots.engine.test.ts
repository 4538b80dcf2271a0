import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RollbackPlanView } from '../../src/api/contract/plan-views.ts';
import type { RestorePlanView, SnapshotDetailView } from '../../src/api/contract/snapshot-views.ts';
import { makeAppliance } from '../support/appliances.ts';
import { TestBelay } from '../support/belay.ts';
import { describeOnEngine } from '../support/on-engine.ts';

const run = promisify(execFile);
const GATE = 'LABEL io.belay.gate.stable=200ms io.belay.gate.deadline=15s';

describeOnEngine('snapshots of an appliance that was upgraded five times', (bench) => {
  const { docker } = bench.engine;
  const container = bench.name('acme');
  // Other files have an acme on this engine.
  const appliance = container;
  const outside = mkdtempSync(join(tmpdir(), 'belay-outside-'));
  let belay: TestBelay;

  const witness = () => docker(['exec', container, 'cat', '/data/witness', '/data/format']);
  const note = (words: string) => docker(['exec', container, 'sh', '-c', `echo ${words} >> /data/notes; sync`]);
  const notes = () => docker(['exec', container, 'cat', '/data/notes']);
  const volumes = async () =>
    (await docker(['volume', 'ls', '-q', '--filter', `label=io.belay.appliance=${appliance}`]))
      .split('\n')
      .filter(Boolean);
  const containers = async () =>
    (await docker(['ps', '-a', '--format', '{{.Names}}', '--filter', `name=^${container}`]))
      .split('\n')
      .filter(Boolean);

  beforeAll(async () => {
    const version = (tag: string, options: object = {}) =>
      makeAppliance(bench.engine, { reference: bench.reference('server', tag), changes: [GATE], ...options });
    for (const n of [1, 2, 3, 4, 5, 6]) await version(`${n}.0`, { dataFormat: n });
    await version('9.0', { dataFormat: 9, behaviour: 'never-healthy' });
    await docker(['run', '-d', '--name', container, '--restart', 'always', bench.reference('server', '1.0')]);
    belay = new TestBelay(bench.engine.dockerHost);
    await belay.start();
    await belay.adopt(container, appliance);
  });
  afterAll(async () => {
    await belay?.close();
    rmSync(outside, { recursive: true, force: true });
  });

  const witnesses: string[] = [];
  it('keeps the last three instant; the older ones become archives, and their slots and containers go', async () => {
    const [original = ''] = JSON.parse(await docker(['inspect', '-f', '{{json .Mounts}}', container])).map(
      ({ Name }: { Name: string }) => Name,
    );
    await expect.poll(() => witness().catch(() => ''), { timeout: 20_000 }).toMatch(/\n1$/);
    for (const n of [2, 3, 4, 5, 6]) {
      await note(`written-by-${n - 1}.0`);
      witnesses.push(await witness());
      expect(await belay.upgrade(`${n}.0`)).toMatchObject({ reason: null, state: 'succeeded' });
    }
    const snapshots = await belay.untilSnapshots((all) => all.filter(({ kind }) => kind === 'archive').length === 2);
    expect(snapshots.map(({ version, kind }) => `${version} ${kind}`)).toEqual([
      '5.0 instant',
      '4.0 instant',
      '3.0 instant',
      '2.0 archive',
      '1.0 archive',
    ]);
    expect((await belay.system()).attention).toEqual([]);
    // Each archive is one file, which the journal knows by its checksum; the slots' volumes are gone, the user's own too.
    expect(readdirSync(join(belay.home, 'archives')).sort()).toEqual(
      snapshots
        .slice(3)
        .map(({ id }) => `${appliance}-${id}.belay`)
        .sort(),
    );
    await expect.poll(volumes).toHaveLength(4);
    await expect(docker(['volume', 'inspect', original])).rejects.toThrow();
    await expect.poll(containers).toHaveLength(4);
    const releases = await belay.releases();
    expect(releases.map(({ version, data }) => `${version} ${data.state}`)).toEqual([
      '6.0 live',
      '5.0 frozen',
      '4.0 frozen',
      '3.0 frozen',
      '2.0 archived',
      '1.0 archived',
    ]);
  });

  it('goes back to an archive, which the plan says, and forward again', async () => {
    const before = await witness();
    const releases = await belay.releases();
    const first = releases.find(({ version }) => version === '1.0')?.id as string;
    const plan = await belay.get<RollbackPlanView>(`/api/rollback/plan?release=${first}`);
    expect(plan.obstacles).toEqual([]);
    expect(plan.data.unpacked).toMatchObject({ files: 3 });
    expect(plan.steps.map(({ name }) => name)).toContain('unpack');
    const operation = await belay.rollback(first);
    expect(operation).toMatchObject({ state: 'succeeded', to: '1.0' });
    expect(operation.steps.map(({ name, status }) => `${name} ${status}`)).toContain('unpack done');
    expect(await witness()).toBe(witnesses[0]);
    expect(await notes()).toBe('written-by-1.0');
    expect((await belay.rollback(operation.fromRelease)).state).toBe('succeeded');
    expect(await witness()).toBe(before);
  });

  it('is restored from an instant snapshot: its data under what runs, and back again', async () => {
    const before = await witness();
    const snapshot = (await belay.snapshots()).find(({ version }) => version === '5.0')?.id as string;
    const plan = await belay.get<RestorePlanView>(`/api/restore/plan?snapshot=${snapshot}`);
    expect(plan).toMatchObject({ to: { version: '6.0' }, obstacles: [], mounts: [{ targets: ['/data'] }] });
    expect(plan.warnings.join()).toContain('The data is of 5.0, and 6.0 gets it');
    await note('written-by-6.0');
    const operation = await belay.restore(snapshot);
    expect(operation).toMatchObject({ kind: 'restore', state: 'succeeded', from: '6.0', to: '6.0' });
    expect(operation.steps.map(({ name }) => name)).not.toContain('delta');
    expect(await notes()).not.toContain('written-by-6.0');
    expect((await belay.rollback()).state).toBe('succeeded');
    expect(await witness()).toBe(before);
    expect(await notes()).toContain('written-by-6.0');
  });

  it('is exported, refuses to overwrite, and imports elsewhere and here', async () => {
    const snapshot = (await belay.snapshots()).find(({ version }) => version === '4.0')?.id as string;
    const file = join(outside, 'acme 4.0.belay');
    const exported = await belay.work(`/api/snapshots/${snapshot}/export`, { file });
    expect(exported).toMatchObject({ state: 'done', snapshot });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const again = await belay.work(`/api/snapshots/${snapshot}/export`, { file });
    expect(again).toMatchObject({ state: 'failed', message: `${file} is there already.` });
    const imported = await belay.work('/api/snapshots/import', { file });
    expect(imported.state).toBe('done');
    const restored = await belay.restore(imported.snapshot as string);
    expect(restored.state).toBe('succeeded');
    expect(await notes()).not.toContain('written-by-5.0');
    expect(await notes()).toContain('written-by-4.0');
    expect((await belay.rollback()).state).toBe('succeeded');
    expect(await notes()).toContain('written-by-6.0');
  });

  it.each<[string, (archive: Buffer) => Buffer, string]>([
    ['cut off', (archive) => archive.subarray(0, archive.length - 100), 'is not as long as it was'],
    [
      'with flipped bits',
      (archive) => Buffer.from(archive.map((byte, index) => (index > 200 && index < 260 ? byte ^ 0x55 : byte))),
      'The archive is damaged',
    ],
    ['gone', () => Buffer.alloc(0), 'is gone'],
  ])('is refused before anything is stopped where the archive is %s', async (_, change, message) => {
    const snapshot = (await belay.snapshots()).find(({ kind, version }) => kind === 'archive' && version === '2.0');
    const path = join(belay.home, 'archives', `${appliance}-${snapshot?.id}.belay`);
    const good = readFileSync(path);
    rmSync(path);
    const changed = change(good);
    if (changed.length > 0) writeFileSync(path, changed);
    const startedAt = await docker(['inspect', '-f', '{{.State.StartedAt}}', container]);
    const attempt = await belay.rollback(snapshot?.release as string).catch((error: Error) => error);
    const said = attempt instanceof Error ? attempt.message : `${attempt.state}: ${attempt.reason}`;
    expect(said).toContain(message);
    if (!(attempt instanceof Error)) expect(attempt.state).toBe('failed');
    expect(await docker(['inspect', '-f', '{{.State.StartedAt}}', container])).toBe(startedAt);
    rmSync(path, { force: true });
    writeFileSync(path, good);
  });

  it('is deleted only when asked, with what it had; the live one never is', async () => {
    const all = await belay.untilSnapshots((snapshots) =>
      snapshots.every(({ note: words }) => !words?.includes('under way')),
    );
    const doomed = all.find(({ version, kind }) => version === '2.0' && kind === 'archive');
    const detail = await belay.get<SnapshotDetailView>(`/api/snapshots/${doomed?.id}`);
    expect(detail).toMatchObject({ isLastWayBack: false, problem: null, archive: { format: 'belay' } });
    expect(detail.releases).toContainEqual({ release: doomed?.release, version: '2.0' });
    expect(await belay.work(`/api/snapshots/${doomed?.id}/delete`)).toMatchObject({ state: 'done' });
    expect(existsSync(detail.archive?.path as string)).toBe(false);
    await expect(belay.rollback(doomed?.release as string)).rejects.toThrow('(2.0) has been deleted.');
    const live = (await belay.releases()).find(({ status }) => status === 'active')?.slot;
    await expect(belay.post(`/api/snapshots/${live}/delete`)).rejects.toThrow('is the data that is in use now');
  });

  it('has nothing left over on the host', async () => {
    const known = new Set((await belay.releases()).map(({ slot }) => slot));
    for (const volume of await volumes()) expect(known).toContain(/^belay-(S[A-Z]{10})-\d+$/.exec(volume)?.[1]);
    expect(readdirSync(join(belay.home, 'archives')).filter((name) => name.includes('partial'))).toEqual([]);
    expect(readdirSync(outside)).toEqual(['acme 4.0.belay']);
    await run('tar', ['--zstd', '-tf', join(outside, 'acme 4.0.belay')]);
  });
});

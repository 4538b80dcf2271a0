import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { OperationView } from '../../src/api/contract/operation-views.ts';
import type { UpgradePlanView } from '../../src/api/contract/plan-views.ts';
import { type PrivateEngine, startPrivateEngine } from '../../src/demo/private-engine/private-engine.ts';
import { makeAppliance } from '../support/appliances.ts';
import { TestBelay } from '../support/belay.ts';
import { makeImage } from '../support/images.ts';
import { type LoopFilesystem, mountLoop } from '../support/loop-filesystem.ts';
import { describeOnEngine } from '../support/on-engine.ts';

const MIB = 1 << 20;
const GATE = 'LABEL io.belay.gate.stable=200ms io.belay.gate.deadline=20s';

describeOnEngine('a data disk without room', (bench) => {
  const container = bench.name('acme');
  const holds = mkdtempSync(join(tmpdir(), 'belay-holds-'));
  let disk: LoopFilesystem;
  let belay: TestBelay;
  const data = () => join(disk.path, 'data');
  const filler = () => join(disk.path, 'filler');
  const beside = () => readdirSync(disk.path).filter((name) => name.includes('.belay-'));
  const leaveFree = (mib: number) => {
    const { bavail, bsize } = statfsSync(disk.path);
    writeFileSync(filler(), Buffer.alloc(Math.max(0, bavail * bsize - mib * MIB), 7));
  };
  const running = () =>
    bench.engine.docker(['ps', '--format', '{{.Names}} {{.Image}}', '--filter', `name=^${container}`]);

  beforeAll(async () => {
    disk = await mountLoop('ext4', 96 * MIB);
    mkdirSync(data());
    writeFileSync(join(data(), 'large'), Buffer.alloc(16 * MIB, 5));
    for (const tag of ['1.0', '2.0', '3.0']) {
      await makeAppliance(bench.engine, { reference: bench.reference('server', tag), changes: [GATE] });
    }
    // biome-ignore format: an option and its value to a line
    await bench.engine.docker([
      'run', '-d', '--name', container, '--volume', `${data()}:/data`, bench.reference('server', '1.0'),
    ]);
    belay = new TestBelay(bench.engine.dockerHost);
    await belay.start({ env: { BELAY_HOLD_IN: holds } });
    await belay.adopt(container, container);
  });
  afterAll(async () => {
    await belay?.close();
    await bench.engine.docker(['rm', '-f', container]).catch(() => {});
    await disk?.remove();
    rmSync(holds, { recursive: true, force: true });
  });

  it.each(['pre-copy:intent', 'delta:intent'])(
    'that fills up at %s: it ends on the old release, and the half clone is gone',
    async (point) => {
      writeFileSync(join(holds, point), '');
      const operation = await belay.post<OperationView>('/api/cluster/upgrade', { version: '2.0' });
      await expect.poll(() => existsSync(join(holds, `${point}.held`)), { timeout: 30_000 }).toBe(true);
      // More than root may take of what is set aside for it.
      if (point.startsWith('delta')) writeFileSync(join(data(), 'late'), Buffer.alloc(14 * MIB, 6));
      leaveFree(3);
      rmSync(join(holds, point));
      const ended = await belay.ended(operation);
      expect(ended.reason).toContain('no space is left');
      expect(ended.state).toBe(point.startsWith('delta') ? 'rolled-back' : 'failed');
      expect(beside()).toEqual([]);
      expect(await running()).toBe(`${container} ${bench.reference('server', '1.0')}`);
      rmSync(filler());
      rmSync(join(data(), 'late'), { force: true });
    },
  );

  it('is found before anything begins, with the numbers and what could go', async () => {
    expect((await belay.upgrade('2.0')).state).toBe('succeeded');
    const frozen = (await belay.releases()).find(({ version }) => version === '1.0')?.slot;
    leaveFree(8);
    const plan = await belay.get<UpgradePlanView>('/api/upgrade/plan?version=3.0');
    expect(plan.obstacles).toHaveLength(1);
    expect(plan.obstacles[0]).toMatchObject({ code: 'no-space' });
    expect(plan.obstacles[0]?.message).toMatch(/^The clone needs 1\d MiB where .*data lies, and [78] MiB are free\.$/);
    expect(plan.obstacles[0]?.hint).toMatch(
      new RegExp(`delete snapshot ${frozen} frees 1\\d MiB \\(the data of 1.0\\)`),
    );
    await expect(belay.upgrade('3.0')).rejects.toThrow('The clone needs');
  });
});

describeOnEngine("an engine's root without room", (bench) => {
  let disk: LoopFilesystem;
  let engine: PrivateEngine;
  let belay: TestBelay;
  const reference = (tag: string) => bench.reference('rooted', tag);

  beforeAll(async () => {
    disk = await mountLoop('ext4', 160 * MIB);
    engine = await startPrivateEngine('full', disk.path);
    await makeAppliance(bench.engine, { reference: reference('1.0'), changes: [GATE] });
    await makeImage(bench.engine, {
      reference: reference('2.0'),
      // Not compressible, so that the layer is as large as the file.
      files: [{ path: 'large', content: noise(60 * MIB) }],
      changes: ['CMD ["/bin/true"]'],
    });
    await bench.engine.docker(['push', reference('2.0')]);
    await engine.docker(['run', '-d', '--name', 'acme', reference('1.0')]);
    belay = new TestBelay(engine.dockerHost);
    await belay.start();
    await belay.adopt('acme', 'acme');
  });
  afterAll(async () => {
    await belay?.close();
    await engine?.stop();
    await disk?.remove();
  });

  it('during the pull: nothing has changed, and it is said where room is wanting', async () => {
    const { bavail, bsize } = statfsSync(disk.path);
    writeFileSync(join(disk.path, 'filler'), Buffer.alloc(bavail * bsize - 40 * MIB, 7));
    const ended = await belay.upgrade('2.0');
    expect(ended.reason).toBe('No space is left where the Docker Engine keeps its images and containers.');
    expect(ended.state).toBe('failed');
    expect((await belay.system()).state).toBe('running');
    expect(await engine.docker(['images', '-q', reference('2.0')])).toBe('');
    expect(await engine.docker(['volume', 'ls', '-q', '--filter', 'label=io.belay.operation'])).toBe('');
  });
});

/** Letters that a compressor finds little in. */
function noise(sizeBytes: number): string {
  const parts: string[] = [];
  for (let made = 0; made < sizeBytes; made += 65_536) {
    parts.push(Buffer.from(crypto.getRandomValues(new Uint8Array(49_152))).toString('base64'));
  }
  return parts.join('');
}

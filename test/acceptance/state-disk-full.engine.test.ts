import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { OperationView } from '../../src/api/contract/operation-views.ts';
import { makeAppliance } from '../support/appliances.ts';
import { PROGRAM, TestBelay } from '../support/belay.ts';
import { describeOnEngine } from '../support/on-engine.ts';
import { mountSmallDisk, type SmallDisk } from '../support/small-disk.ts';

describeOnEngine('a state directory that is full in the middle of an operation', (bench) => {
  const container = bench.name('acme');
  const GATE = 'LABEL io.belay.gate.stable=200ms io.belay.gate.deadline=20s';
  let disk: SmallDisk;
  let belay: TestBelay;
  const holds = mkdtempSync(join(tmpdir(), 'belay-holds-'));

  beforeAll(async () => {
    disk = await mountSmallDisk(4 << 20);
    for (const tag of ['1.0', '2.0']) {
      await makeAppliance(bench.engine, { reference: bench.reference('server', tag), changes: [GATE] });
    }
    await bench.engine.docker(['run', '-d', '--name', container, bench.reference('server', '1.0')]);
    mkdirSync(holds, { recursive: true });
    belay = new TestBelay(bench.engine.dockerHost, PROGRAM, join(disk.path, 'home'));
    await belay.start({ env: { BELAY_HOLD_IN: holds } });
    await belay.adopt(container, container);
  });
  afterAll(async () => {
    await belay?.close();
    await disk?.remove();
    rmSync(holds, { recursive: true, force: true });
  });

  /** The pages that SQLite keeps for its log would carry it a long way on a full disk. */
  const emptyLog = () => {
    const database = new DatabaseSync(join(belay.home, 'journal.db'));
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    database.close();
  };
  const running = () =>
    bench.engine.docker(['ps', '--format', '{{.Names}} {{.Image}}', '--filter', `name=^${container}`]);

  it.each(['pull:acted', 'stop:acted', 'start:acted', 'gate:acted'])(
    'ends on the old release at %s, and everything goes on when there is room',
    async (point) => {
      const before = await belay.releases();
      writeFileSync(join(holds, point), '');
      const operation = await belay.post<OperationView>('/api/cluster/upgrade', { version: '2.0' });
      await expect.poll(() => existsSync(join(holds, `${point}.held`)), { timeout: 30_000 }).toBe(true);
      emptyLog();
      disk.fill();
      rmSync(join(holds, point));
      // The old release serves although nothing can be recorded.
      await expect.poll(running, { timeout: 30_000 }).toBe(`${container} ${bench.reference('server', '1.0')}`);
      const system = await belay.system();
      expect(system.attention[0]?.message).toContain('no space is left in');
      await expect(belay.post('/api/cluster/rollback', {})).rejects.toThrow('no space is left in');
      disk.empty();
      const ended = await belay.ended(operation);
      expect(ended.state).toBe(point.startsWith('pull') ? 'failed' : 'rolled-back');
      expect(ended.reason).toContain('no space is left in');
      expect(await running()).toBe(`${container} ${bench.reference('server', '1.0')}`);
      expect((await belay.releases()).filter(({ status }) => status !== 'failed')).toEqual(
        before.filter(({ status }) => status !== 'failed'),
      );
      expect((await belay.system()).attention).toEqual([]);
    },
  );

  it('then goes through', async () => {
    expect(await belay.upgrade('2.0')).toMatchObject({ state: 'succeeded' });
  });
});

import { truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { JournalReportView, JournalRestoredView } from '../../src/api/contract/journal-views.ts';
import { makeAppliance } from '../support/appliances.ts';
import { TestBelay } from '../support/belay.ts';
import { describeOnEngine } from '../support/on-engine.ts';

describeOnEngine('a copy of the journal that is older than what runs', (bench) => {
  const container = bench.name('acme');
  let belay: TestBelay;
  beforeAll(async () => {
    const changes = ['LABEL io.belay.gate.stable=200ms io.belay.gate.deadline=20s'];
    for (const tag of ['1.0', '2.0']) {
      await makeAppliance(bench.engine, { reference: bench.reference('server', tag), changes });
    }
    await bench.engine.docker(['run', '-d', '--name', container, bench.reference('server', '1.0')]);
    belay = new TestBelay(bench.engine.dockerHost);
    await belay.start();
    await belay.adopt(container, container);
    expect((await belay.upgrade('2.0')).state).toBe('succeeded');
    const copies = async () => (await belay.get<JournalReportView>('/api/journal')).copies.length;
    while ((await copies()) < 2) await new Promise((resolve) => setTimeout(resolve, 50));
    await belay.kill('SIGKILL');
    truncateSync(join(belay.home, 'journal.db'), 0);
    await belay.start();
  });
  afterAll(() => belay?.close());

  const running = () => bench.engine.docker(['ps', '--format', '{{.Image}}', '--filter', `name=^${container}`]);

  it('is put in its place without touching what runs, which is named', async () => {
    await expect(belay.releases()).rejects.toThrow('is empty, where a record should be');
    const report = await belay.get<JournalReportView>('/api/journal');
    expect(report).toMatchObject({ state: 'unusable', knows: null });
    expect(report.copies.map(({ number, knows }) => [number, knows?.operations])).toEqual([
      [2, 1],
      [1, 0],
    ]);
    const restored = await belay.post<JournalRestoredView>('/api/journal/restore', { copy: 1 });
    expect(restored.setAside).toBe(join(belay.home, 'journal.db.broken-1'));
    const own = restored.report.strangers.filter(({ appliance }) => appliance === container);
    expect(own).toMatchObject([{ name: container, running: true }]);
    const { version, attention } = await belay.system();
    expect(version).toBe('1.0');
    expect(attention[0]?.message).toContain(`The container ${container} runs ${own[0]?.release}`);
    // Nor is the release that the copy knows started beside it, as after a restart of the engine.
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    expect(await running()).toBe(bench.reference('server', '2.0'));
  });

  it('is replaced by the newer one as long as that is wanted', async () => {
    await belay.kill('SIGKILL');
    truncateSync(join(belay.home, 'journal.db'), 0);
    await belay.start();
    const restored = await belay.post<JournalRestoredView>('/api/journal/restore');
    expect(restored.copy.number).toBe(2);
    expect((await belay.system()).version).toBe('2.0');
    expect((await belay.system()).attention).toEqual([]);
  });
});

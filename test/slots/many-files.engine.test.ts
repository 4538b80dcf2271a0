import { mkdirSync, unlinkSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createArchiveStore } from '../../src/slots/archive/archive-store.ts';
import { createSlotStore } from '../../src/slots/slot-store.ts';
import { describeOnEngine } from '../support/on-engine.ts';
import { treeDifferences } from '../support/same-tree.ts';
import { pack, slotOf, unpack } from './archive/archived.ts';

/** What an appliance may well have. */
const FILES = 200_000;
const MIB = 1 << 20;

/** `3/3017` holds `file 3017`. */
const pathOf = (root: string, index: number) => join(root, `${Math.floor(index / 1_000)}/${index}`);

function makeFiles(root: string): void {
  for (let index = 0; index < FILES; index++) {
    if (index % 1_000 === 0) mkdirSync(join(root, String(index / 1_000)));
    writeFileSync(pathOf(root, index), `file ${index}`);
  }
}

// With the engine's tests because it takes its time beside them.
describeOnEngine('data of 200,000 small files', () => {
  it('is cloned while a hundred of them change, packed and unpacked, in little memory', async () => {
    const home = await mkdtemp('/var/tmp/belay-slots-');
    onTestFinished(() => rm(home, { recursive: true, force: true }));
    const from = join(home, 'data');
    const to = join(home, '.data.belay-SABCDEFGHIJ');
    mkdirSync(from);
    makeFiles(from);
    const slots = createSlotStore();
    const { sinceMs } = await slots.preCopy(from, to, () => {});
    for (let index = 0; index < FILES; index += FILES / 100) writeFileSync(pathOf(from, index), `File ${index}`);
    unlinkSync(pathOf(from, 1_001));
    const beganMs = performance.now();
    await slots.bringLevel(from, to, sinceMs);
    const levelMs = performance.now() - beganMs;
    expect(await treeDifferences(from, to)).toEqual([]);
    // Of the downtime: a twentieth of a millisecond for each file that is only looked at, on a busy machine.
    expect(levelMs).toBeLessThan(5_000 + FILES / 20);

    const archives = createArchiveStore(join(home, 'archives'));
    globalThis.gc?.();
    const before = process.memoryUsage().rss;
    const archive = await pack(archives, await slotOf(to));
    expect(archive.files).toBe(FILES - 1);
    const unpacked = join(home, 'unpacked');
    await unpack(archives, archive, unpacked);
    expect(process.memoryUsage().rss - before).toBeLessThan(400 * MIB);
    expect(await treeDifferences(from, unpacked)).toEqual([]);
  }, 900_000);
});

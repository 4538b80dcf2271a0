import { mkdirSync, readdirSync, readFileSync, statfsSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findCommand } from '../../src/demo/private-engine/debian-packages.ts';
import { createSlotStore } from '../../src/slots/slot-store.ts';
import { type LoopFilesystem, mountLoop } from '../support/loop-filesystem.ts';
import { describeOnEngine } from '../support/on-engine.ts';
import { treeDifferences } from '../support/same-tree.ts';

const MIB = 1 << 20;
const store = createSlotStore();

for (const type of ['xfs', 'btrfs'] as const) {
  const isThere = (await findCommand(`mkfs.${type}`)) !== null;
  describeOnEngine(`clones on ${type}`, () => {
    let disk: LoopFilesystem;
    beforeAll(async () => {
      if (isThere) disk = await mountLoop(type, 512 * MIB);
    });
    afterAll(() => disk?.remove());

    it.skipIf(!isThere)('share their blocks with the original, and are made after the stop', async () => {
      const from = join(disk.path, 'data');
      const to = join(disk.path, '.data.belay-SABCDEFGHIJ');
      mkdirSync(from);
      writeFileSync(join(from, 'large'), Buffer.alloc(200 * MIB, 5));
      await store.flush([from]);
      const free = () => statfsSync(disk.path).bavail * statfsSync(disk.path).bsize;
      const freeBefore = free();
      expect(await store.space(from)).toMatchObject({ filesystem: type, reflink: true });
      expect(readdirSync(disk.path)).toEqual(['data']); // the probe has gone
      expect(await store.preCopy(from, to, () => {})).toEqual({ sinceMs: 0 });
      writeFileSync(join(from, 'late'), 'written while it served');
      await store.bringLevel(from, to, 0);
      await store.flush([to]);
      expect(await treeDifferences(from, to)).toEqual([]);
      expect(freeBefore - free()).toBeLessThan(20 * MIB);
      await store.bringLevel(from, to, 0); // safe to repeat
      expect(readFileSync(join(to, 'late'), 'utf8')).toBe('written while it served');
    });
  });
}

describeOnEngine('a small disk', () => {
  let disk: LoopFilesystem;
  let from = '';
  beforeAll(async () => {
    disk = await mountLoop('ext4', 64 * MIB);
    from = await mkdtemp('/var/tmp/belay-slots-');
    writeFileSync(join(from, 'large'), Buffer.alloc(100 * MIB, 5));
  });
  afterAll(async () => {
    await disk.remove();
    await rm(from, { recursive: true });
  });

  it('says that no space is left', async () => {
    const to = join(disk.path, 'belay-SABCDEFGHIJ-0');
    await expect(store.preCopy(from, to, () => {})).rejects.toMatchObject({
      code: 'no-space',
      message: `While copying ${from} to ${to}, no space is left.`,
    });
  });

  it('is known as a mount point and by its type, and is not crossed when a clone is deleted', async () => {
    expect(await store.obstacle(disk.path)).toBe('mount-point');
    expect(await store.space(disk.path)).toMatchObject({ filesystem: 'ext4', reflink: false });
    expect((await store.space(disk.path)).device).not.toBe((await store.space(from)).device);
    expect(await store.space(join(disk.path, 'not/yet/there'))).toMatchObject({ filesystem: 'ext4' });
    expect(await store.obstacle(join(disk.path, 'lost+found'))).toBeNull();
  });
});

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, statfsSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findCommand } from '../../src/demo/private-engine/debian-packages.ts';
import { parkedPathOf, type SlotMount } from '../../src/domain/slot.ts';
import { createSlotStore } from '../../src/slots/slot-store.ts';
import { fingerprint } from '../support/fingerprint.ts';
import { type LoopFilesystem, mountLoop } from '../support/loop-filesystem.ts';
import { describeOnEngine } from '../support/on-engine.ts';
import { treeDifferences } from '../support/same-tree.ts';

const MIB = 1 << 20;
const run = promisify(execFile);
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

describeOnEngine('data in a mount point, with the power cut while it is exchanged', () => {
  const [OLD, NEW] = ['SAAAAAAAAAA', 'SBBBBBBBBBB'];
  let around: LoopFilesystem;
  let disk: LoopFilesystem;
  let path = '';
  const mountIt = () => run('mount', ['--bind', disk.path, path]);
  beforeAll(async () => {
    [around, disk] = await Promise.all([mountLoop('ext4', 128 * MIB), mountLoop('ext4', 64 * MIB)]);
    path = join(around.path, 'data');
    mkdirSync(path);
    await mountIt();
  });
  afterAll(async () => {
    await run('umount', [path]).catch(() => {});
    await around?.remove();
    await disk?.remove();
  });
  const of = async (slot: string, at: string): Promise<SlotMount> => {
    const identity = await store.identify(at);
    return { key: 'data', kind: 'bind', volume: null, path, parkedPath: parkedPathOf(path, slot), identity };
  };
  async function powerCut(): Promise<void> {
    await Promise.all([around.cutPower(), disk.cutPower()]);
    await run('umount', [path]);
    await disk.remount();
    await around.remount();
    await mountIt();
  }

  it('has both sides whole on the disk, whenever it happens, and goes on from there', async () => {
    for (let n = 0; n < 60; n++) writeFileSync(join(path, `old ${n}`), Buffer.alloc(50_000, n));
    const old = await of(OLD, path);
    const clone = parkedPathOf(path, NEW);
    const { sinceMs } = await store.preCopy(path, clone, () => {});
    await store.bringLevel(path, clone, sinceMs);
    const next = await of(NEW, clone);
    const before = await fingerprint(path);
    await store.park(old);
    await store.place(next, { slot: OLD, as: 'alike' });
    for (let n = 0; n < 60; n++) writeFileSync(join(path, `new ${n}`), Buffer.alloc(50_000, n));
    await run('sync', ['-f', path]);
    const sides = [
      { mount: next, slot: NEW, data: await fingerprint(path) },
      { mount: old, slot: OLD, data: before },
    ] as const;
    for (let turn = 0; turn < 6; turn++) {
      const [leaving, coming] = turn % 2 === 0 ? sides : [sides[1], sides[0]];
      const script = `const { createSlotStore } = await import(${JSON.stringify(resolve(import.meta.dirname, '../../src/slots/slot-store.ts'))});
        const store = createSlotStore();
        console.log('begun');
        await store.park(${JSON.stringify(leaving.mount)});
        await store.place(${JSON.stringify(coming.mount)}, { slot: '${leaving.slot}', as: 'kept' });
        console.log('done');`;
      const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const exit = once(child, 'exit');
      await once(child.stdout, 'data');
      await new Promise((done) => setTimeout(done, turn * 60));
      child.kill('SIGKILL');
      await exit;
      await powerCut();
      for (const { mount, data } of sides) {
        expect(await fingerprint(await store.locate(mount)), `turn ${turn}`).toEqual(data);
      }
      if ((await store.whereabouts(leaving.mount)) === 'in-place') await store.park(leaving.mount);
      await store.place(coming.mount, { slot: leaving.slot, as: 'kept' });
      // What it says that is done outlasts the next one.
      await powerCut();
      expect(await store.whereabouts(coming.mount)).toBe('in-place');
      expect(await fingerprint(path)).toEqual(coming.data);
      expect(await fingerprint(await store.locate(leaving.mount))).toEqual(leaving.data);
    }
  });
});

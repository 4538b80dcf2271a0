import { linkSync, mkdirSync, symlinkSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSlotStore } from '../../src/slots/slot-store.ts';
import { listByWalking, orderKey, sortedFiles } from '../../src/slots/sorted-files.ts';

const store = createSlotStore();
let home = '';
let before = '';
let after = '';
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'belay-compare-'));
  before = join(home, 'before');
  mkdirSync(join(before, 'sub'), { recursive: true });
  for (const name of ['a', 'a.txt', 'sub/b', 'sub/c', 'sub!', 'new\nline', 'a double  blank']) {
    writeFileSync(join(before, name), name);
  }
  symlinkSync('a', join(before, 'link'));
  after = join(home, '.after.belay-SABCDEFGHIJ');
  await store.bringLevel(before, after, 0);
});
afterEach(() => rm(home, { recursive: true, force: true }));

describe('compare', () => {
  it('finds nothing between equal trees', async () => {
    expect(await store.compare(before, after, 10)).toEqual({ added: 0, changed: 0, removed: 0, sample: [] });
  });

  it('names what was added, changed and removed, the latest first', async () => {
    writeFileSync(join(after, 'sub/b'), 'changed');
    utimesSync(join(after, 'sub/b'), 2_000_000_002, 2_000_000_002);
    writeFileSync(join(after, 'fresh'), 'fresh');
    utimesSync(join(after, 'fresh'), 2_000_000_003, 2_000_000_003);
    unlinkSync(join(after, 'new\nline'));
    unlinkSync(join(after, 'link'));
    symlinkSync('a.txt', join(after, 'link'));
    mkdirSync(join(after, 'an empty directory'));
    const changes = await store.compare(before, after, 2);
    expect(changes).toMatchObject({ added: 1, changed: 2, removed: 1 });
    expect(changes.sample).toEqual([
      { path: 'fresh', change: 'added', sizeBytes: 5 },
      { path: 'sub/b', change: 'changed', sizeBytes: 7 },
    ]);
  });

  it('sees a file that became a directory', async () => {
    unlinkSync(join(after, 'a'));
    mkdirSync(join(after, 'a'));
    writeFileSync(join(after, 'a/inside'), 'x');
    expect(await store.compare(before, after, 10)).toMatchObject({ added: 1, changed: 0, removed: 1 });
  });

  it('compares single files by their name', async () => {
    writeFileSync(join(after, 'a'), 'other');
    const { changed, sample } = await store.compare(join(before, 'a'), join(after, 'a'), 10);
    expect([changed, sample[0]?.path]).toEqual([1, 'a']);
  });

  it('says what is not there', async () => {
    await expect(store.compare(before, join(home, 'nothing'), 1)).rejects.toMatchObject({ code: 'data-missing' });
  });

  it('is bounded in memory over 200,000 files', { timeout: 120_000 }, async () => {
    // Further names of a few files: as long a list as 200,000 files make, and soon made.
    const large = join(home, 'large');
    for (let directory = 0; directory < 20; directory++) {
      mkdirSync(join(large, `d${directory}`), { recursive: true });
      const first = join(large, `d${directory}`, 'first');
      writeFileSync(first, '');
      for (let file = 1; file < 10_000; file++) linkSync(first, join(large, `d${directory}`, `f${file}`));
    }
    const start = process.memoryUsage().rss;
    expect(await store.compare(large, large, 10)).toMatchObject({ added: 0, changed: 0, removed: 0 });
    expect(process.memoryUsage().rss - start).toBeLessThan(300 << 20);
  });
});

describe('the two ways of listing', () => {
  it('give the same files in the same order', async () => {
    const names = async (files: AsyncIterable<{ path: string }>) => {
      const found: string[] = [];
      for await (const file of files) found.push(file.path);
      return found;
    };
    const found = await names(sortedFiles(before));
    expect(await names(listByWalking(before))).toEqual(found);
    expect(found).toHaveLength(8);
    const keys = found.map((path) => orderKey({ path }));
    expect(keys).toEqual([...keys].sort());
  });
});

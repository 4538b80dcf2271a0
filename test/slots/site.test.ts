import { chmodSync, lstatSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { parkedPathOf } from '../../src/domain/slot.ts';
import { createSlotStore } from '../../src/slots/slot-store.ts';

const store = createSlotStore();
const isRoot = process.getuid?.() === 0;
let home = '';
const at = (name: string) => join(home, name);
beforeEach(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), 'belay-site-')));
});
afterEach(() => rm(home, { recursive: true, force: true }));

it('tells what is where data is to go', async () => {
  mkdirSync(at('empty'));
  chmodSync(at('empty'), 0o2751);
  mkdirSync(at('full'));
  writeFileSync(at('full/x'), '');
  symlinkSync(home, at('link'));
  symlinkSync(at('nowhere'), at('dangling'));
  const { uid, gid } = lstatSync(home);
  expect(await store.site(at('new'))).toEqual({ realPath: at('new'), there: 'nothing', look: null });
  expect(await store.site(at('empty'))).toEqual({
    realPath: at('empty'),
    there: 'empty',
    look: { mode: 0o2751, uid, gid },
  });
  expect(await store.site(at('full'))).toMatchObject({ there: 'something', look: null });
  for (const file of ['full/x', 'link', 'dangling'])
    expect(await store.site(at(file))).toMatchObject({ there: 'file' });
  expect(await store.site(at('link/new'))).toEqual({ realPath: at('new'), there: 'nothing', look: null });
  for (const none of ['not/there', 'full/x/y']) expect(await store.site(at(none))).toMatchObject({ realPath: null });
  expect(await store.site('/proc')).toMatchObject({ there: 'mount-point' });
});

it.runIf(isRoot)('makes a directory as it was, and gives a clone away without following links', async () => {
  await store.makeDirectory(at('again'), { mode: 0o2751, uid: 12, gid: 34 });
  expect(lstatSync(at('again'))).toMatchObject({ mode: 0o42751, uid: 12, gid: 34 });

  const clone = parkedPathOf(at('data'), 'SAAAAAAAAAA');
  mkdirSync(join(clone, 'deep'), { recursive: true });
  writeFileSync(at('outside'), '');
  symlinkSync(at('outside'), join(clone, 'deep/link'));
  await store.setOwner(clone, { uid: 102, gid: 105 });
  for (const path of ['', 'deep', 'deep/link'])
    expect(lstatSync(join(clone, path))).toMatchObject({ uid: 102, gid: 105 });
  expect(lstatSync(at('outside')).uid).toBe(0);
  await expect(store.setOwner(at('again'), { uid: 1, gid: 1 })).rejects.toMatchObject({ code: 'refused' });
});

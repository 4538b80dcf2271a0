import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isBelaysPath, parkedPathOf, type SlotMount, slotVolumeName } from '../../src/domain/slot.ts';
import { createSlotStore } from '../../src/slots/slot-store.ts';

const store = createSlotStore();
const OLD = 'SAAAAAAAAAA';
const NEW = 'SBBBBBBBBBB';

let home = '';
let path = '';
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'belay-placing-'));
  path = join(home, 'data');
});
afterEach(() => rm(home, { recursive: true, force: true }));

async function bind(slot: string, at: string): Promise<SlotMount> {
  const identity = await store.identify(at);
  return { key: 'data', kind: 'bind', volume: null, path, parkedPath: parkedPathOf(path, slot), identity };
}

function make(directory: string, content: string): string {
  mkdirSync(directory);
  writeFileSync(join(directory, 'f'), content);
  return directory;
}

describe('names', () => {
  it('tell what Belay made', () => {
    expect(parkedPathOf('/srv/data', OLD)).toBe('/srv/.data.belay-SAAAAAAAAAA');
    expect(parkedPathOf('/data', OLD)).toBe('/.data.belay-SAAAAAAAAAA');
    expect(slotVolumeName(OLD, 2)).toBe('belay-SAAAAAAAAAA-2');
    expect(isBelaysPath(parkedPathOf('/srv/data', OLD))).toBe(true);
    expect(isBelaysPath(`/var/lib/docker/volumes/${slotVolumeName(OLD, 2)}/_data`)).toBe(true);
    for (const other of [
      '/srv/data',
      '/srv/.data.belay-S',
      '/srv/x.belay-SAAAAAAAAAA',
      '/srv/.data.belay-SAAAAAAAAAA/x',
    ]) {
      expect(isBelaysPath(other), other).toBe(false);
    }
  });
});

describe('placing and parking', () => {
  it('an empty directory gives way to data that comes, one with something in it does not', async () => {
    const parked = make(parkedPathOf(path, NEW), 'new');
    const fresh = await bind(NEW, parked);
    mkdirSync(path);
    writeFileSync(join(path, 'theirs'), 'x');
    await expect(store.place(fresh)).rejects.toMatchObject({ code: 'refused' });
    expect(existsSync(parked)).toBe(true);
    await rm(join(path, 'theirs'));
    await store.place(fresh);
    expect(readFileSync(join(path, 'f'), 'utf8')).toBe('new');
    mkdirSync(parked);
    await expect(store.park(fresh)).rejects.toMatchObject({ code: 'refused' });
  });

  it('changes places, and back, however often it is told', async () => {
    const old = await bind(OLD, make(path, 'old'));
    const fresh = await bind(NEW, make(parkedPathOf(path, NEW), 'new'));
    expect(await store.whereabouts(old)).toBe('in-place');
    expect(await store.whereabouts(fresh)).toBe('parked');
    for (let n = 0; n < 2; n++) await store.park(old);
    for (let n = 0; n < 2; n++) await store.place(fresh);
    expect(readFileSync(join(path, 'f'), 'utf8')).toBe('new');
    expect(await store.locate(old)).toBe(parkedPathOf(path, OLD));
    await store.park(fresh);
    await store.place(old);
    expect(readFileSync(join(path, 'f'), 'utf8')).toBe('old');
  });

  it('works on single files', async () => {
    writeFileSync(path, 'old');
    const old = await bind(OLD, path);
    await store.park(old);
    expect(existsSync(path)).toBe(false);
    await store.place(old);
    expect(readFileSync(path, 'utf8')).toBe('old');
  });

  it('overwrites nothing, not even an empty directory', async () => {
    const old = await bind(OLD, make(path, 'old'));
    const fresh = await bind(NEW, make(parkedPathOf(path, NEW), 'new'));
    await expect(store.place(fresh)).rejects.toMatchObject({ code: 'refused' });
    mkdirSync(parkedPathOf(path, OLD));
    await expect(store.park(old)).rejects.toMatchObject({ code: 'refused' });
    expect(readFileSync(join(path, 'f'), 'utf8')).toBe('old');
  });

  it('knows data that was replaced under its own name, and data that is gone', async () => {
    const old = await bind(OLD, make(path, 'old'));
    await rm(path, { recursive: true });
    expect(await store.whereabouts(old)).toBe('missing');
    await expect(store.locate(old)).rejects.toMatchObject({ code: 'data-missing' });
    make(path, 'an impostor');
    expect(await store.whereabouts(old)).toBe('foreign');
    await expect(store.park(old)).rejects.toMatchObject({ code: 'data-missing' });
  });

  it('tells a volume from one that was created again in its place', async () => {
    const volume: SlotMount = {
      ...(await bind(OLD, make(path, 'old'))),
      kind: 'volume',
      volume: 'v',
      parkedPath: null,
    };
    expect(await store.whereabouts(volume)).toBe('in-place');
    await store.park(volume);
    await store.place(volume);
    expect(existsSync(path)).toBe(true);
    await rm(path, { recursive: true });
    mkdirSync(path);
    expect(await store.whereabouts(volume)).toBe('foreign');
    expect(await store.whereabouts({ ...volume, path: '', identity: null })).toBe('missing');
  });
});

describe('discard', () => {
  it('deletes a clone, and nothing that a link in it names', async () => {
    const clone = make(parkedPathOf(path, NEW), 'new');
    make(join(home, 'outside'), 'kept');
    symlinkSync(join(home, 'outside'), join(clone, 'link'));
    for (let n = 0; n < 2; n++) await store.discard(clone);
    expect(existsSync(clone)).toBe(false);
    expect(existsSync(join(home, 'outside/f'))).toBe(true);
  });

  it('refuses anything else', async () => {
    make(path, 'live');
    await expect(store.discard(path)).rejects.toMatchObject({ code: 'refused' });
    expect(existsSync(join(path, 'f'))).toBe(true);
  });
});

describe('obstacles', () => {
  it('are named', async () => {
    make(path, 'live');
    expect(await store.obstacle(path)).toBeNull();
    expect(await store.obstacle(join(path, 'f'))).toBeNull();
    expect(await store.obstacle(join(path, 'nothing'))).toBe('missing');
    expect(await store.obstacle('/')).toBe('mount-point');
    symlinkSync(path, join(home, 'link'));
    expect(await store.obstacle(join(home, 'link'))).toBe('link');
    execFileSync('mkfifo', [join(home, 'pipe')]);
    expect(await store.obstacle(join(home, 'pipe'))).toBe('special');
  });
});

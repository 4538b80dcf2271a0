import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parkedPathOf, type SlotMount, unfinishedPathOf } from '../../src/domain/slot.ts';
import { createSlotStore } from '../../src/slots/slot-store.ts';
import { fingerprint } from '../support/fingerprint.ts';

const run = promisify(execFile);
const store = createSlotStore();
const [OLD, NEW, NEXT] = ['SAAAAAAAAAA', 'SBBBBBBBBBB', 'SCCCCCCCCCC'] as const;
const isRoot = process.getuid?.() === 0;
const STORE = resolve(import.meta.dirname, '../../src/slots/slot-store.ts');

if (!isRoot) console.warn('data in mount points is not tested: only root can mount');

describe.skipIf(!isRoot)('data in a mount point', () => {
  let home = '';
  let path = '';
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'belay-mount-point-'));
    path = join(home, 'data');
    await mkdir(path);
    await mountThere();
  });
  afterEach(async () => {
    await run('umount', [path]).catch(() => {});
    await rm(home, { recursive: true, force: true });
  });
  const mountThere = () => run('mount', ['-t', 'tmpfs', '-o', 'size=16m,mode=0750', 'belay-test', path]);

  const of = async (slot: string, at: string): Promise<SlotMount> => ({
    key: 'bind:data',
    kind: 'bind',
    volume: null,
    path,
    parkedPath: parkedPathOf(path, slot),
    identity: await store.identify(at),
  });
  /** Something of everything, which another version of it shares only in part. */
  async function fill(directory: string, version: string): Promise<void> {
    await mkdir(join(directory, 'deep', version), { recursive: true });
    for (let n = 0; n < 8; n++) await writeFile(join(directory, `file ${n}`), `${n % 2 === 0 ? 'same' : version} ${n}`);
    await writeFile(join(directory, 'deep', version, 'only'), version);
    await run('ln', ['-sf', `deep/${version}`, join(directory, 'link')]);
    await chmod(directory, version === 'old' ? 0o751 : 0o711);
  }
  /** The data as the adopted container has it. */
  async function adopted(): Promise<SlotMount> {
    await fill(path, 'old');
    return of(OLD, path);
  }
  /** What an upgrade does up to its start. */
  async function cloned(from: SlotMount, slot: string): Promise<SlotMount> {
    const to = parkedPathOf(path, slot);
    const { sinceMs } = await store.preCopy(await store.locate(from), to, () => {});
    await store.bringLevel(await store.locate(from), to, sinceMs);
    return of(slot, to);
  }
  async function upgraded(): Promise<{ old: SlotMount; next: SlotMount; before: string[] }> {
    const old = await adopted();
    const before = await fingerprint(path);
    const next = await cloned(old, NEW);
    await store.park(old);
    await store.place(next, { slot: OLD, as: 'alike' });
    await fill(path, 'new');
    return { old, next, before };
  }
  const there = async () => (await readdir(home)).filter((name) => name !== 'data').sort();

  it('changes sides with its clone: nothing is copied, and the way back starts from the copy', async () => {
    const { old, next, before } = await upgraded();
    expect(await store.whereabouts(next)).toBe('in-place');
    expect(await store.whereabouts(old)).toBe('parked');
    expect(await store.locate(old)).toBe(parkedPathOf(path, OLD));
    expect(await fingerprint(parkedPathOf(path, OLD))).toEqual(before);
    expect(await there()).toEqual(['.data.belay', `.data.belay-${OLD}`]);

    // What has been written since stays, and comes back.
    const left = await fingerprint(path);
    await store.park(next);
    expect(await store.whereabouts(next)).toBe('parked');
    expect(await store.locate(next)).toBe(path);
    await store.place(old, { slot: NEW, as: 'kept' });
    expect(await fingerprint(path)).toEqual(before);
    expect(await store.whereabouts(old)).toBe('in-place');
    expect(await fingerprint(await store.locate(next))).toEqual(left);
    expect(await there()).toEqual(['.data.belay', `.data.belay-${NEW}`]);

    await store.park(old);
    await store.place(next, { slot: OLD, as: 'kept' });
    expect(await fingerprint(path)).toEqual(left);
    expect(await fingerprint(await store.locate(old))).toEqual(before);
  });

  it('that did not prove itself gives way without a copy, and leaves nothing beside', async () => {
    const { old, next, before } = await upgraded();
    await store.park(next);
    await store.place(old, { slot: NEW, as: 'abandoned' });
    await store.vacate(next);
    await store.discard(parkedPathOf(path, NEW));
    expect(await fingerprint(path)).toEqual(before);
    expect(await store.whereabouts(old)).toBe('in-place');
    expect(await there()).toEqual([]);
  });

  it('is copied aside while it is written, and brought level when it is not', async () => {
    const { old, next } = await upgraded();
    const { sinceMs } = await store.preCopy(path, unfinishedPathOf(path, NEW), () => {});
    await writeFile(join(path, 'late'), 'written meanwhile');
    await store.park(next);
    await store.place(old, { slot: NEW, as: 'kept', copiedSinceMs: sinceMs });
    expect(await readFile(join(parkedPathOf(path, NEW), 'late'), 'utf8')).toBe('written meanwhile');
    expect(await there()).toEqual(['.data.belay', `.data.belay-${NEW}`]);
  });

  it('is there again when it is asked for after any crash in the middle, and until then it is nobody’s', async () => {
    const { old, next, before } = await upgraded();
    const left = await fingerprint(path);
    await store.park(next);
    await store.place(old, { slot: NEW, as: 'kept' });
    await store.park(old);
    await store.place(next, { slot: OLD, as: 'kept' });
    await store.park(next);
    const copyOfNew = join(home, 'kept');
    await cp(path, copyOfNew, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
    const note = JSON.parse(await readFile(join(home, '.data.belay'), 'utf8'));
    const whole = await cloned(next, NEXT);
    await run('mv', ['-T', whole.parkedPath ?? '', parkedPathOf(path, NEW)]);
    const asides = async () => ({
      [OLD]: await store.identify(parkedPathOf(path, OLD)),
      [NEW]: await store.identify(parkedPathOf(path, NEW)),
    });
    const names = (await readdir(copyOfNew)).sort();
    for (let done = 0; done <= names.length; done++) {
      // So many entries have been exchanged, and the next one half.
      for (const [index, name] of names.entries()) {
        const from = index < done ? parkedPathOf(path, OLD) : copyOfNew;
        await rm(join(path, name), { recursive: true, force: true });
        await run('cp', ['-aT', join(from, name), join(path, name)]).catch(() => {});
        if (index === done && (await stat(join(path, name))).isFile()) await writeFile(join(path, name), 'hal');
      }
      await writeFile(join(home, '.data.belay'), JSON.stringify({ ...note, lies: null, asides: await asides() }));
      expect(await store.whereabouts(old)).toBe('parked');
      expect(await store.whereabouts(next)).toBe('parked');
      if (done % 2 === 0) {
        await store.place(old, { slot: NEW, as: 'kept' });
        expect(await fingerprint(path), `${done}`).toEqual(before);
        expect(await fingerprint(await store.locate(next))).toEqual(left);
        await run('cp', ['-aT', path, parkedPathOf(path, OLD)]);
      } else {
        await store.place(next, { slot: OLD, as: 'kept' });
        expect(await fingerprint(path), `${done}`).toEqual(left);
        expect(await fingerprint(await store.locate(old))).toEqual(before);
        await run('cp', ['-aT', path, parkedPathOf(path, NEW)]);
      }
    }
  });

  it('survives kill -9 at any moment of an exchange, there and back', async () => {
    let { old: leaving, next: inPlace, before: coming } = await upgraded();
    for (let n = 0; n < 40; n++) await writeFile(join(path, `more ${n}`), Buffer.alloc(20_000, n));
    let lying = await fingerprint(path);
    for (let turn = 0; turn < 6; turn++) {
      const [slot, other] = [inPlace, leaving];
      const left = { slot: /S[A-Z]{10}$/.exec(slot.parkedPath ?? '')?.[0], as: 'kept' };
      const script = `const { createSlotStore } = await import(${JSON.stringify(STORE)});
        const store = createSlotStore();
        console.log('begun');
        await store.park(${JSON.stringify(slot)});
        await store.place(${JSON.stringify(other)}, ${JSON.stringify(left)});
        console.log('done');`;
      const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await once(child.stdout, 'data');
      await new Promise((done) => setTimeout(done, turn * 20));
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
      // Its helpers die with it, but not in the same instant.
      await new Promise((done) => setTimeout(done, 100));
      for (const [mount, data] of [
        [slot, lying],
        [other, coming],
      ] as const) {
        expect(await fingerprint(await store.locate(mount)), `turn ${turn}`).toEqual(data);
      }
      await store.whereabouts(slot).then((where) => (where === 'in-place' ? store.park(slot) : undefined));
      await store.place(other, { slot: left.slot ?? '', as: 'kept' });
      expect(await fingerprint(path)).toEqual(coming);
      expect(await fingerprint(await store.locate(slot))).toEqual(lying);
      expect(await there()).toEqual(['.data.belay', `.data.belay-${left.slot}`]);
      [leaving, inPlace] = [slot, other];
      [coming, lying] = [lying, coming];
    }
  });

  it('stays where it is when it is only left, and no other data may come into it by mistake', async () => {
    const old = await adopted();
    const before = await fingerprint(path);
    const next = await cloned(old, NEW);
    await expect(store.place(next)).rejects.toMatchObject({ code: 'refused' });
    await store.park(old);
    expect(await store.locate(old)).toBe(path);
    await expect(store.vacate({ ...next, parkedPath: parkedPathOf(path, NEXT) })).resolves.toBeUndefined();
    expect(await fingerprint(path)).toEqual(before);
    await store.place(old);
    expect(await store.whereabouts(old)).toBe('in-place');
    await expect(store.vacate(old)).resolves.toBeUndefined();
    expect(await fingerprint(path)).toEqual(before);
  });

  it('is not looked for in another file system: neither in the empty directory below it nor in another disk', async () => {
    const { old, next } = await upgraded();
    await run('umount', [path]);
    expect(await store.whereabouts(next)).toBe('foreign');
    for (const mount of [next, old]) {
      await expect(store.locate(mount)).rejects.toMatchObject({
        message: `The file system that was mounted at ${path} is not there.`,
      });
    }
    await expect(store.place(old)).rejects.toMatchObject({ code: 'data-missing' });
    expect(await readdir(path)).toEqual([]);
    await mountThere();
    expect(await store.whereabouts(next)).toBe('foreign');
    // Where a container runs on it, somebody has decided that this is the data.
    await fill(path, 'new');
    const now = { ...next, identity: await store.identify(path) };
    await store.acknowledge(now);
    expect(await store.whereabouts(now)).toBe('in-place');
    await store.park(now);
    await store.place(old, { slot: NEW, as: 'kept' });
    expect(await store.whereabouts(old)).toBe('in-place');
  });

  it('a note that is damaged answers for nothing', async () => {
    const { old } = await upgraded();
    await writeFile(join(home, '.data.belay'), '{"root"');
    await expect(store.locate(old)).rejects.toMatchObject({ code: 'data-missing' });
  });

  describe('that is empty', () => {
    beforeEach(() => mkdir(join(path, 'lost+found'), { mode: 0o700 }));
    const source = () => join(home, 'source');
    async function begun(): Promise<SlotMount> {
      await mkdir(source());
      await fill(source(), 'old');
      const mount: SlotMount = { ...(await of(NEW, '')), madeInPlace: true };
      await store.claim(mount);
      await store.preCopy(source(), path, () => {});
      return mount;
    }

    it('takes data in at once, and keeps what the file system has of itself', async () => {
      expect(await store.site(path)).toMatchObject({ there: 'empty-mount-point' });
      const mount = await begun();
      expect(await store.whereabouts(mount)).toBe('parked');
      await store.claim(mount); // safe to repeat
      await writeFile(join(source(), 'late'), 'x');
      const { sinceMs } = await store.preCopy(source(), path, () => {});
      await store.bringLevel(source(), path, sinceMs);
      await store.setOwner(path, { uid: 102, gid: 105 });
      const made = { ...mount, identity: await store.identify(path) };
      await store.place(made);
      expect(await store.whereabouts(made)).toBe('in-place');
      expect((await readdir(path)).sort()).toEqual([...(await readdir(source())), 'lost+found'].sort());
      for (const entry of ['', 'late', 'deep/old/only'])
        expect(await stat(join(path, entry))).toMatchObject({ uid: 102, gid: 105 });
      expect(await stat(join(path, 'lost+found'))).toMatchObject({ uid: 0, gid: 0 });
      await expect(store.setOwner(path, { uid: 0, gid: 0 })).rejects.toMatchObject({ code: 'refused' });
    });

    it('is empty again when it was given up, and looks as it did', async () => {
      const mount = await begun();
      await store.setOwner(path, { uid: 102, gid: 105 });
      await store.vacate(mount);
      expect(await readdir(path)).toEqual(['lost+found']);
      expect(await stat(path)).toMatchObject({ uid: 0, gid: 0, mode: 0o40750 });
      expect(await there()).toEqual(['source']);
    });

    it('is nobody’s to write to while it is not claimed, or has something in it', async () => {
      await writeFile(join(path, 'theirs'), 'x');
      const mount: SlotMount = { ...(await of(NEW, '')), madeInPlace: true };
      await expect(store.claim(mount)).rejects.toMatchObject({ code: 'refused' });
      await mkdir(source());
      await expect(store.preCopy(source(), path, () => {})).rejects.toMatchObject({ code: 'refused' });
      expect(await store.site(path)).toMatchObject({ there: 'mount-point' });
      await store.vacate(mount);
      expect(await readFile(join(path, 'theirs'), 'utf8')).toBe('x');
    });
  });
});

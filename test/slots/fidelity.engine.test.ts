import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  linkSync,
  lutimesSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findCommand } from '../../src/demo/private-engine/debian-packages.ts';
import { createSlotStore } from '../../src/slots/slot-store.ts';
import { describeOnEngine } from '../support/on-engine.ts';
import { treeDifferences } from '../support/same-tree.ts';

const run = promisify(execFile);
const store = createSlotStore();
const MIB = 1 << 20;
const GIB = 1 << 30;
const hasPython = (await findCommand('python3')) !== null;

// With the engine's tests because it needs root and Debian's attr and acl.
describeOnEngine('a clone that was copied while its source served and brought level after', () => {
  let home = '';
  let from = '';
  let to = '';
  const at = (path: string) => join(from, path);
  const bytes = (root: string, hex: string) => Buffer.concat([Buffer.from(`${root}/`), Buffer.from(hex, 'hex')]);

  beforeEach(async () => {
    home = await mkdtemp('/var/tmp/belay-slots-');
    from = join(home, 'data');
    to = join(home, '.data.belay-SABCDEFGHIJ');
    mkdirSync(from);
  });
  afterEach(() => rm(home, { recursive: true, force: true }));

  const preCopy = () => store.preCopy(from, to, () => {});
  async function expectLevel(sinceMs: number): Promise<void> {
    await store.bringLevel(from, to, sinceMs);
    expect(await treeDifferences(from, to)).toEqual([]);
    await store.bringLevel(from, to, sinceMs); // safe to repeat
    expect(await treeDifferences(from, to)).toEqual([]);
  }

  it('has a file of 64 GiB with a few bytes in it in no time, also where it is written to meanwhile', async () => {
    const image = (root: string) => join(root, 'disk.img');
    const writeAt = async (position: number, words: string) => {
      const file = await open(image(from), 'r+');
      await file.write(words, position);
      await file.close();
    };
    writeFileSync(image(from), 'begin');
    truncateSync(image(from), 64 * GIB);
    await writeAt(64 * GIB, 'end');
    const beganMs = performance.now();
    const { sinceMs } = await preCopy();
    await writeAt(40 * GIB, 'middle');
    await store.bringLevel(from, to, sinceMs);
    expect(performance.now() - beganMs).toBeLessThan(10_000);
    expect(statSync(image(to))).toMatchObject({ size: 64 * GIB + 3 });
    expect(statSync(image(to)).blocks * 512).toBeLessThan(MIB);
    const clone = await open(image(to));
    for (const [position, words] of [
      [0, 'begin'],
      [40 * GIB, 'middle'],
      [64 * GIB, 'end'],
    ] as const) {
      const { buffer } = await clone.read(Buffer.alloc(words.length), 0, words.length, position);
      expect(buffer.toString()).toBe(words);
    }
    await clone.close();
    expect(statSync(image(to), { bigint: true }).mtimeNs).toBe(statSync(image(from), { bigint: true }).mtimeNs);
  });

  it('keeps owners, modes, times, attributes, ACLs, links, holes and odd names', async () => {
    writeFileSync(at('plain'), 'x', { mode: 0o4711 });
    chownSync(at('plain'), 102, 105);
    chmodSync(at('plain'), 0o4711);
    await run('touch', ['-d', '2001-02-03 04:05:06.123456789', at('plain')]);
    await run('setfattr', ['-n', 'user.note', '-v', 'kept', at('plain')]);
    await run('setfattr', ['-n', 'trusted.note', '-v', 'kept', from]);
    await run('setfacl', ['-m', 'u:nobody:rwx,d:u:nobody:r', from]);
    symlinkSync('/nowhere/at all', at('dangling'));
    lutimesSync(at('dangling'), 1, 1);
    linkSync(at('plain'), at('second name'));
    writeFileSync(at('holes'), '');
    truncateSync(at('holes'), 64 * MIB);
    appendFileSync(at('holes'), 'end');
    mkdirSync(at('sub/deep'), { recursive: true, mode: 0o2750 });
    await run('mkfifo', [at('pipe')]);
    await run('mknod', [at('null'), 'c', '1', '3']);
    writeFileSync(bytes(from, 'ff0a20fe'), 'a name in no encoding, with a new line');
    writeFileSync(bytes(at('sub'), '2d720a2320'), 'a name that looks like an option');
    const { sinceMs } = await preCopy();
    expect(sinceMs).toBeGreaterThan(0);
    expect(await treeDifferences(from, to)).toEqual([]);
    await expectLevel(sinceMs);
    expect(statSync(join(to, 'holes')).blocks).toBe(statSync(at('holes')).blocks);
    expect(statSync(join(to, 'plain'), { bigint: true }).mtimeNs % 1_000_000_000n).toBe(123456789n);
  });

  it('follows every kind of change', async () => {
    for (const name of ['same', 'grown', 'gone', 'attr', 'mode', 'acl', 'noAttr', 'unlinked', 'touched']) {
      writeFileSync(at(name), name.repeat(100));
    }
    linkSync(at('unlinked'), at('unlinked2'));
    await run('setfattr', ['-n', 'user.old', '-v', '1', at('noAttr')]);
    mkdirSync(at('dir/inner'), { recursive: true });
    writeFileSync(at('dir/inner/file'), 'deep');
    mkdirSync(at('becomesFile'));
    writeFileSync(at('becomesFile/f'), 'f');
    writeFileSync(at('becomesDir'), 'f');
    symlinkSync('same', at('link'));
    writeFileSync(at('large'), Buffer.alloc(5 * MIB + 17, 1));
    writeFileSync(at('shrinks'), Buffer.alloc(3 * MIB, 2));
    writeFileSync(at('sparse later'), Buffer.alloc(MIB - 1, 3));
    writeFileSync(bytes(from, 'fffe'), 'first');
    const { sinceMs } = await preCopy();

    appendFileSync(at('grown'), 'more');
    unlinkSync(at('gone'));
    await run('setfattr', ['-n', 'user.new', '-v', '1', at('attr')]);
    await run('setfattr', ['-x', 'user.old', at('noAttr')]);
    await run('setfacl', ['-m', 'u:nobody:rwx', at('acl')]);
    chmodSync(at('mode'), 0o600);
    chownSync(at('mode'), 7, 8);
    utimesSync(at('touched'), 5, 6);
    renameSync(at('dir'), at('moved'));
    rmSync(at('becomesFile'), { recursive: true });
    writeFileSync(at('becomesFile'), 'now a file');
    unlinkSync(at('becomesDir'));
    mkdirSync(at('becomesDir'));
    writeFileSync(at('becomesDir/new'), 'new');
    unlinkSync(at('link'));
    symlinkSync('grown', at('link'));
    const large = readFileSync(at('large'));
    large[3 * MIB + 5] = 9;
    writeFileSync(at('large'), Buffer.concat([large, Buffer.from('and a tail')]));
    truncateSync(at('shrinks'), 2 * MIB + 3);
    writeFileSync(bytes(from, 'fffe'), 'other');
    writeFileSync(bytes(from, '0afd'), 'new');
    linkSync(at('same'), at('same2'));
    await expectLevel(sinceMs);
  });

  it('parts names that shared a file in the clone and no longer do in the source', async () => {
    writeFileSync(at('a'), Buffer.alloc(2 * MIB, 1));
    linkSync(at('a'), at('b'));
    const { sinceMs } = await preCopy();
    await run('cp', ['-p', at('a'), at('c')]); // the same content and times, to the nanosecond
    renameSync(at('c'), at('b'));
    await expectLevel(sinceMs);
    expect(statSync(join(to, 'a')).ino).not.toBe(statSync(join(to, 'b')).ino);
  });

  it('is not fooled by directories that change places', async () => {
    for (const [name, content] of [
      ['now', '1'],
      ['next', '2'],
    ] as const) {
      mkdirSync(at(`${name}/sub`), { recursive: true });
      writeFileSync(at(`${name}/sub/f`), content);
    }
    const { sinceMs } = await preCopy();
    renameSync(at('now'), at('old'));
    renameSync(at('next'), at('now'));
    await expectLevel(sinceMs);
    expect(readFileSync(join(to, 'now/sub/f'), 'utf8')).toBe('2');
  });

  it('writes nothing through a link that stands where a directory stands now', async () => {
    const outside = join(home, 'outside');
    mkdirSync(outside);
    writeFileSync(join(outside, 'victim'), Buffer.alloc(2 * MIB, 7));
    symlinkSync(outside, at('d'));
    const { sinceMs } = await preCopy();
    unlinkSync(at('d'));
    mkdirSync(at('d'));
    writeFileSync(at('d/victim'), Buffer.alloc(2 * MIB, 8));
    await expectLevel(sinceMs);
    expect(readFileSync(join(outside, 'victim'))).toEqual(Buffer.alloc(2 * MIB, 7));
  });

  // The first write through a mapping to a clean page moves the mtime, the next one does not.
  it.skipIf(!hasPython)('sees a write through mmap that moved neither size nor mtime', async () => {
    const file = at('mapped');
    writeFileSync(file, Buffer.alloc(4096, 'a'));
    const script = [
      'import mmap, sys',
      'f = open(sys.argv[1], "r+b")',
      'm = mmap.mmap(f.fileno(), 4096)',
      'for line in sys.stdin: m[0:1] = line[0:1].encode(); print("written", flush=True)',
    ].join('\n');
    const python = spawn('python3', ['-c', script, file], { stdio: ['pipe', 'pipe', 'inherit'] });
    const write = async (letter: string) => {
      python.stdin.write(`${letter}\n`);
      await once(python.stdout, 'data');
    };
    try {
      const { sinceMs } = await preCopy();
      await write('b');
      await run('cp', ['-a', file, join(to, 'mapped')]); // as if the copy had come by just now
      const { mtimeNs } = statSync(file, { bigint: true });
      await write('c');
      expect(statSync(file, { bigint: true }).mtimeNs).toBe(mtimeNs);
      expect(readFileSync(join(to, 'mapped'), 'latin1')[0]).toBe('b');
      await expectLevel(sinceMs);
      expect(readFileSync(join(to, 'mapped'), 'latin1')[0]).toBe('c');
    } finally {
      python.kill();
    }
  });

  it('copies while files come and go', async () => {
    for (let n = 0; n < 1000; n++) writeFileSync(at(`f${n}`), String(n));
    let n = 0;
    const churn = setInterval(() => {
      for (let k = 0; k < 5; k++) {
        rmSync(at(`f${n}`), { force: true });
        writeFileSync(at(`g${n++}`), 'new');
      }
    }, 5);
    const { sinceMs } = await preCopy().finally(() => clearInterval(churn));
    await expectLevel(sinceMs);
  });

  it('replaces what an earlier try has left, and keeps the directory of a volume', async () => {
    writeFileSync(at('f'), 'f');
    to = join(home, 'belay-SABCDEFGHIJ-0/_data');
    mkdirSync(join(to, 'left/over'), { recursive: true });
    const before = await store.identify(to);
    const { sinceMs } = await preCopy();
    await expectLevel(sinceMs);
    expect(await store.identify(to)).toEqual(before);
  });

  it('clones a single file', async () => {
    from = join(home, 'server.conf');
    to = join(home, '.server.conf.belay-SABCDEFGHIJ');
    writeFileSync(from, 'port 80', { mode: 0o640 });
    const { sinceMs } = await preCopy();
    const before = await store.identify(to);
    writeFileSync(from, 'port 81');
    chownSync(from, 5, 6);
    await store.bringLevel(from, to, sinceMs);
    expect(readFileSync(to, 'utf8')).toBe('port 81');
    const [a, b] = [statSync(from, { bigint: true }), statSync(to, { bigint: true })];
    expect([b.mode, b.uid, b.gid, b.mtimeNs]).toEqual([a.mode, a.uid, a.gid, a.mtimeNs]);
    expect(await store.identify(to)).toEqual(before);
  });

  it('reports how far the copy is, up to the whole', async () => {
    writeFileSync(at('f'), Buffer.alloc(8 * MIB, 1));
    const seen: number[] = [];
    let total = 0;
    await store.preCopy(from, to, ({ doneBytes, totalBytes }) => {
      seen.push(doneBytes);
      total = totalBytes;
    });
    expect(total).toBeGreaterThanOrEqual(8 * MIB);
    expect(seen.at(-1)).toBe(total);
  });
});

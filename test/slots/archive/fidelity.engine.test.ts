import { execFile } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  linkSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ArchiveStore } from '../../../src/domain/ports/archive-store.ts';
import { createArchiveStore } from '../../../src/slots/archive/archive-store.ts';
import { describeOnEngine } from '../../support/on-engine.ts';
import { treeDifferences } from '../../support/same-tree.ts';
import { pack, slotOf, unpack } from './archived.ts';

const run = promisify(execFile);
const MIB = 1 << 20;
const GIB = 1 << 30;

// With the engine's tests because it needs root and Debian's attr and acl.
describeOnEngine('data that went through an archive', () => {
  let home = '';
  let from = '';
  let store: ArchiveStore;
  const at = (path: string) => join(from, path);
  const bytes = (root: string, hex: string) => Buffer.concat([Buffer.from(`${root}/`), Buffer.from(hex, 'hex')]);

  beforeEach(async () => {
    home = await mkdtemp('/var/tmp/belay-archive-');
    from = join(home, 'data');
    mkdirSync(from);
    store = createArchiveStore(join(home, 'archives'));
  });
  afterEach(() => rm(home, { recursive: true, force: true }));

  async function roundTrip(): Promise<string> {
    const archive = await pack(store, await slotOf(from));
    const to = join(home, 'unpacked');
    await unpack(store, archive, to);
    return to;
  }

  async function oddThings(): Promise<void> {
    writeFileSync(at('plain'), 'x');
    chownSync(at('plain'), 102, 105);
    chmodSync(at('plain'), 0o4711);
    await run('touch', ['-d', '2001-02-03 04:05:06.123456789', at('plain')]);
    await run('touch', ['-d', '1969-12-31 23:59:58.25 UTC', at('before time')], { cwd: from });
    await run('setfattr', ['-n', 'user.note', '-v', '0x00ff0a3d0a', at('plain')]);
    await run('setfattr', ['-n', 'trusted.note', '-v', 'kept', from]);
    await run('setfattr', [
      '-n',
      'security.capability',
      '-v',
      '0x0100000200200000000000000000000000000000',
      at('plain'),
    ]);
    await run('setfacl', ['-m', 'u:nobody:rwx,d:u:nobody:r', from]);
    symlinkSync('/nowhere/at all', at('dangling'));
    symlinkSync('../../../etc/passwd', at('leads out'));
    lutimesSync(at('dangling'), 1, 1);
    linkSync(at('plain'), at('second name'));
    linkSync(at('dangling'), at('second link'));
    writeFileSync(at('empty'), '');
    writeFileSync(at('holes'), '');
    truncateSync(at('holes'), 64 * MIB);
    appendFileSync(at('holes'), 'end');
    writeFileSync(at('ends in a hole'), 'begin');
    truncateSync(at('ends in a hole'), 8 * MIB);
    writeFileSync(at('only a hole'), '');
    truncateSync(at('only a hole'), 8 * MIB);
    mkdirSync(at('sub/deep/empty'), { recursive: true, mode: 0o2750 });
    mkdirSync(at(`${'long/'.repeat(30)}${'n'.repeat(200)}`), { recursive: true });
    symlinkSync('t'.repeat(300), at('long link'));
    chownSync(at('sub'), 3_000_000, 4_000_000_000);
    await run('mkfifo', [at('pipe')]);
    await run('mknod', [at('null'), 'c', '1', '3']);
    writeFileSync(at('grün'), 'a name in UTF-8');
    writeFileSync(bytes(from, 'ff0a20fe'), 'a name in no encoding, with a new line');
    writeFileSync(bytes(at('sub'), '2d720a2320'), 'a name that looks like an option');
    writeFileSync(at('back\\slash'), 'a name with a backslash');
    await run('touch', ['-d', '2001-02-03 04:05:06.5', from]);
  }

  it('is the same: owners, modes, times, attributes, ACLs, links, holes, odd names', async () => {
    await oddThings();
    const to = await roundTrip();
    expect(await treeDifferences(from, to)).toEqual([]);
    for (const name of ['holes', 'ends in a hole', 'only a hole']) {
      expect(statSync(join(to, name)).blocks).toBeLessThanOrEqual(statSync(at(name)).blocks);
    }
    const { stdout } = await run('getfattr', ['-n', 'user.note', '-e', 'hex', '--only-values', join(to, 'plain')], {
      encoding: 'latin1',
    });
    expect(stdout).toBe('\x00\xff\n=\n');
  });

  it('can be had with tar and checked with sha256sum, without Belay', async () => {
    await oddThings();
    const archive = await pack(store, await slotOf(from));
    const to = join(home, 'by-hand');
    mkdirSync(to);
    await run('tar', ['--zstd', '--xattrs', '--xattrs-include=*', '--acls', '-xpf', archive.path, '-C', to]);
    expect(await treeDifferences(from, join(to, 'data/1'))).toEqual([]);
    await run('sha256sum', ['--check', '--strict', '--quiet', 'belay/SHA256SUMS'], { cwd: to });
    expect(JSON.parse(readFileSync(join(to, 'belay/manifest.json'), 'utf8'))).toMatchObject({
      release: { version: '1.0' },
    });
  });

  it('leaves out sockets, which are nothing without their process', async () => {
    writeFileSync(at('file'), 'x');
    const server = createServer().listen(at('socket'));
    await new Promise((done) => server.once('listening', done));
    const to = await roundTrip();
    server.close();
    expect(readdirSync(to)).toEqual(['file']);
  });

  it('has a file of 64 GiB with a few bytes in it in no time', async () => {
    writeFileSync(at('disk.img'), 'begin');
    truncateSync(at('disk.img'), 64 * GIB);
    appendFileSync(at('disk.img'), 'end');
    const beganMs = performance.now();
    const archive = await pack(store, await slotOf(from));
    await unpack(store, archive, join(home, 'unpacked'));
    expect(performance.now() - beganMs).toBeLessThan(10_000);
    const copy = join(home, 'unpacked/disk.img');
    expect(statSync(copy)).toMatchObject({ size: 64 * GIB + 3 });
    expect(statSync(copy).blocks * 512).toBeLessThan(MIB);
    expect((await run('tail', ['-c', '3', copy])).stdout).toBe('end');
  });

  it('may be a single file, and several mounts', async () => {
    writeFileSync(join(home, 'settings.conf'), 'x=1', { mode: 0o640 });
    writeFileSync(at('file'), 'y');
    const archive = await pack(store, await slotOf(from, join(home, 'settings.conf')));
    mkdirSync(join(home, 'out'));
    const targets = [
      { key: 'volume:1', to: join(home, 'out.conf'), strip: '', like: null },
      { key: 'volume:0', to: join(home, 'out'), strip: '', like: null },
    ];
    await store.unpack(archive, targets, () => {}, new AbortController().signal);
    expect(readFileSync(join(home, 'out.conf'), 'utf8')).toBe('x=1');
    expect(statSync(join(home, 'out.conf')).mode & 0o777).toBe(0o640);
    expect(readFileSync(join(home, 'out/file'), 'utf8')).toBe('y');
  });
});

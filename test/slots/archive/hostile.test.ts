import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createArchiveStore } from '../../../src/slots/archive/archive-store.ts';
import { importInto, pack, slotOf } from './archived.ts';
import { type Handmade, handmade, handmadeTar } from './handmade.ts';

let home: string;
let file: string;
const archives = () => join(home, 'archives');
const store = () => createArchiveStore(archives());

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'belay-hostile-'));
  file = join(home, 'from-outside.tar');
});
afterEach(() => rmSync(home, { recursive: true }));

async function refusal(bytes: Buffer, quotaBytes?: number): Promise<string> {
  writeFileSync(file, bytes);
  const outcome = await importInto(store(), file, archives(), quotaBytes).catch((error) => error);
  expect(readdirSync(home).sort()).toEqual(['archives', 'from-outside.tar']);
  expect(readdirSync(archives())).toEqual([]); // nothing half written is left
  expect(outcome).toMatchObject({ code: 'refused' });
  return outcome.message;
}

const FILE: Handmade = { name: 'data/file', content: 'x' };

describe('a tar file that would leave its root, or bring what must not come in', () => {
  test.each<[string, Handmade[], string]>([
    ['a name with ..', [{ name: 'data/../../etc/cron.d/evil' }], 'data/../../etc/cron.d/evil leads out of it'],
    ['.. hidden in an extended header', [{ name: 'fine', pax: { path: '../evil' } }], '../evil leads out of it'],
    ['an absolute name', [{ name: '/etc/passwd' }], '/etc/passwd is an absolute name'],
    [
      'a file below a link',
      [{ name: 'd', type: '2', linkName: '/etc' }, { name: 'd/passwd' }],
      'd/passwd lies below d, which is a symlink',
    ],
    [
      'a file far below a link',
      [{ name: 'a/d', type: '2', linkName: '..' }, { name: 'a/d/x/y' }],
      'a/d/x/y lies below a/d, which is a symlink',
    ],
    [
      'a link in place of a directory',
      [{ name: 'd/file' }, { name: 'd', type: '2', linkName: '/etc' }],
      'd is in it more than once',
    ],
    [
      'a directory twice, once a link',
      [{ name: 'd', type: '5' }, { name: 'd', type: '2', linkName: '/' }, { name: 'd/x' }],
      'd is in it more than once',
    ],
    [
      'a hard link to outside',
      [FILE, { name: 'l', type: '1', linkName: '../../etc/shadow' }],
      '../../etc/shadow leads out of it',
    ],
    [
      'an absolute hard link',
      [FILE, { name: 'l', type: '1', linkName: '/etc/shadow' }],
      '/etc/shadow is an absolute name',
    ],
    [
      'a hard link to a link',
      [
        { name: 's', type: '2', linkName: '/etc/shadow' },
        { name: 'l', type: '1', linkName: 's' },
      ],
      'l is a hard link to s, which is no file in it',
    ],
    [
      'a hard link to what is not there',
      [{ name: 'l', type: '1', linkName: 'later' }, { name: 'later' }],
      'l is a hard link to later, which is no file in it',
    ],
    ['a character device', [{ name: 'null', type: '3' }], 'null is a character device'],
    ['a block device', [{ name: 'sda', type: '4' }], 'sda is a block device'],
    ['a FIFO', [{ name: 'pipe', type: '6' }], 'pipe is a FIFO'],
    ['a setuid file', [{ name: 'bin/su', mode: 0o4755 }], 'bin/su is a setuid file'],
    ['a setgid file', [{ name: 'bin/wall', mode: 0o2755 }], 'bin/wall is a setgid file'],
    [
      'a file with capabilities',
      [{ name: 'ping', pax: { 'SCHILY.xattr.security.capability': 'x' } }],
      'ping has the attribute security.capability',
    ],
    ['a file twice', [FILE, { ...FILE, content: 'other' }], 'data/file is in it more than once'],
    [
      'a file twice under two spellings',
      [FILE, { ...FILE, name: './data//./file' }],
      'data/file is in it more than once',
    ],
    ['a name with an escape sequence', [{ name: 'a\x1b]0;evil\x07' }], 'the name a?]0;evil? has control characters'],
    ['a name with a new line', [{ name: 'a\nb' }], 'the name a?b has control characters'],
    ['a name that is too long', [{ name: 'x', pax: { path: 'n'.repeat(300) } }], 'is too long'],
    [
      'a name for all members',
      [{ name: 'x', type: 'g', content: '13 path=evil\n' }, FILE],
      'it says path of all of its members at once',
    ],
    ['a type that nobody knows', [{ name: 'x', type: 'Z' }], 'it has a member of the unknown type "Z"'],
    ['a part of several volumes', [{ name: 'x', type: 'M' }], 'it has a member of the unknown type "M"'],
    ['a directory with content', [{ name: 'd/', type: '5', content: 'x' }], 'a directory in it has content'],
    ['nothing but a root that is a link', [{ name: '.', type: '2', linkName: '/' }], 'its root is a symlink'],
  ])('%s', async (_, members, message) => {
    expect(await refusal(handmadeTar(...members))).toContain(message);
  });
});

describe('a tar file that would fill the disk', () => {
  test('by the sizes that it declares, before any of it is read', async () => {
    const bytes = Buffer.concat([handmade({ name: 'big', sizeBytes: 2 ** 31 }), Buffer.alloc(4096)]);
    expect(await refusal(bytes, 1 << 30)).toContain('it would unpack to more than the 1,024 MiB that are free');
  });

  test('by very many empty files', async () => {
    const members = Array.from({ length: 3_000 }, (_, index) => ({ name: `f${index}` }));
    expect(await refusal(handmadeTar(...members), 1 << 20)).toContain('it would unpack to more than the 1 MiB');
  });

  test('by what it unpacks to', async () => {
    const zeros = gzipSync(Buffer.alloc(64 << 20), { level: 9 });
    const start = gzipSync(handmade({ name: 'zeros', sizeBytes: 3 * 2 ** 30 }));
    expect(await refusal(Buffer.concat([start, ...Array(24).fill(zeros)]), 2 ** 40)).toContain('250 times its size');
  });
});

describe('a sparse file whose map lies', () => {
  const sparse = (map: string, realsize: number, contentBytes: number): Handmade => ({
    name: 'sparse',
    pax: {
      'GNU.sparse.major': '1',
      'GNU.sparse.minor': '0',
      'GNU.sparse.name': 'sparse',
      'GNU.sparse.realsize': String(realsize),
    },
    content: Buffer.concat([Buffer.from(map.padEnd(512, '\0')), Buffer.alloc(contentBytes)]),
  });
  test.each([
    ['parts that overlap', sparse('2\n0\n10\n5\n10\n', 100, 20)],
    ['a part behind its end', sparse('1\n90\n20\n', 100, 20)],
    ['more parts than content', sparse('1\n0\n30\n', 100, 20)],
    ['no numbers', sparse('1\nx\n30\n', 100, 20)],
    ['a size that is no number', sparse('1\n0\n20\n', Number.NaN, 20)],
  ])('%s', async (_, member) => {
    expect(await refusal(handmadeTar(member))).toContain('the map of a sparse file is not consistent');
  });
});

describe('a file that is not what it was', () => {
  const good = handmadeTar({ name: './', type: '5' }, FILE);

  test.each<[string, Buffer, string]>([
    ['nothing', Buffer.alloc(0), 'it is empty'],
    ['something else', Buffer.from('#!/bin/sh\necho hello\n'.repeat(40)), 'it is no tar file'],
    ['cut off in a member', good.subarray(0, 700), 'it ends in the middle'],
    ['cut off after a member', good.subarray(0, 1536), 'it ends without its end mark'],
    [
      'a header with a flipped bit',
      Buffer.concat([Buffer.from('/'), good.subarray(1)]),
      'the checksum of a header is wrong',
    ],
    ['something after the end', Buffer.concat([good, Buffer.alloc(512, 1)]), 'something follows its end'],
    ['gzip cut off', gzipSync(good).subarray(0, 60), 'cannot unpack it'],
    ['zstd cut off', zstdCompressSync(good).subarray(0, 60), ''],
  ])('%s', async (_, bytes, message) => {
    expect(await refusal(bytes)).toContain(message);
  });
});

describe('an archive of Belay', () => {
  async function archived(): Promise<Buffer> {
    const data = join(home, 'data');
    rmSync(data, { recursive: true, force: true });
    const { mkdirSync } = await import('node:fs');
    mkdirSync(join(data, 'sub'), { recursive: true });
    writeFileSync(join(data, 'first'), 'first content');
    writeFileSync(join(data, 'sub/second'), 'second content');
    const archive = await pack(store(), await slotOf(data), join(home, 'good.belay'));
    rmSync(data, { recursive: true });
    const bytes = readFileSync(archive.path);
    rmSync(archive.path);
    return bytes;
  }

  function unpacksTo(packed: Buffer, expected: Buffer): boolean {
    try {
      return zstdDecompressSync(packed).equals(expected);
    } catch {
      return false;
    }
  }

  test('is accepted as it is', async () => {
    writeFileSync(file, await archived());
    const imported = await importInto(store(), file, archives());
    expect(imported).toMatchObject({
      release: { version: '1.0', appliance: 'acme' },
      archive: { format: 'belay', files: 2 },
    });
    expect(readFileSync(imported.archive.path)).toEqual(readFileSync(file));
  });

  test('is refused with any one of its bytes flipped', async () => {
    const bytes = await archived();
    for (let index = 0; index < bytes.length; index += Math.ceil(bytes.length / 97)) {
      const flipped = Buffer.from(bytes);
      flipped[index] = (flipped[index] as number) ^ 0x10;
      // A few bits of the packing mean nothing: what is unpacked is the same.
      if (!unpacksTo(flipped, zstdDecompressSync(bytes))) await refusal(flipped);
    }
  });

  test('is refused cut off anywhere', async () => {
    const bytes = await archived();
    for (let length = 0; length < bytes.length; length += Math.ceil(bytes.length / 37)) {
      await refusal(bytes.subarray(0, length));
    }
  });

  /** Its tar, changed and packed again, so that no checksum of the packing gives it away. */
  async function repacked(change: (tar: Buffer) => Buffer): Promise<string> {
    return refusal(zstdCompressSync(change(zstdDecompressSync(await archived()))));
  }
  const position = (tar: Buffer, text: string) => {
    const at = tar.indexOf(text);
    expect(at).toBeGreaterThan(0);
    return at;
  };

  test('is refused with another content of a file, which is named', async () => {
    const message = await repacked((tar) => {
      tar.write('forged', position(tar, 'second content'));
      return tar;
    });
    expect(message).toBe('The archive is damaged: data/1/sub/second is not what was archived.');
  });

  test('is refused with a file taken out, which is named', async () => {
    const message = await repacked((tar) => {
      const content = position(tar, 'first content');
      // Its extended header, that header's records, its header and its content.
      return Buffer.concat([tar.subarray(0, content - 3 * 512), tar.subarray(content + 512)]);
    });
    expect(message).toMatch(/data\/1\/\S+ is (missing|not what was archived)/);
  });

  test("is refused with another archive's manifest", async () => {
    const message = await repacked((tar) => {
      tar.write('9.9', position(tar, '"version": "1.0"') + '"version": "'.length);
      return tar;
    });
    expect(message).toBe('The archive is damaged: belay/manifest.json is not what was archived.');
  });

  test('is refused without its seal', async () => {
    const message = await repacked((tar) => {
      const seal = position(tar, 'belay/seal.json');
      return Buffer.concat([tar.subarray(0, seal), Buffer.alloc(1024)]);
    });
    expect(message).toBe('The archive is damaged: its seal is missing.');
  });

  test('does not overwrite what is there', async () => {
    writeFileSync(file, await archived());
    await importInto(store(), file, archives());
    await expect(importInto(store(), file, archives())).rejects.toThrow('imported.belay is there already.');
    truncateSync(file, 10);
  });
});

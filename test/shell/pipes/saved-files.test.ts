import { mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SavedFiles } from '../../../src/shell/pipes/saved-files.ts';

let folder: string;
let files: SavedFiles;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'belay-saved-'));
  files = new SavedFiles({ XDG_STATE_HOME: folder });
});
afterEach(() => rm(folder, { recursive: true }));

test('what was kept can be listed, read and deleted, and is for nobody else', async () => {
  await files.write('before-upgrade', ['one', 'two']);
  expect(await files.list()).toMatchObject([{ name: 'before-upgrade', sizeBytes: 8 }]);
  expect(await files.read('before-upgrade')).toEqual(['one', 'two']);
  const saved = join(folder, 'belay', 'saved');
  expect((await stat(join(saved, 'before-upgrade'))).mode & 0o777).toBe(0o600);
  expect((await stat(saved)).mode & 0o777).toBe(0o700);
  await files.remove('before-upgrade');
  expect(await readdir(saved)).toEqual([]);
});

test('a name that is taken stays as it was', async () => {
  await files.write('a', ['first']);
  await expect(files.write('a', ['second'])).rejects.toMatchObject({ code: 'refused' });
  expect(await files.read('a')).toEqual(['first']);
});

test.each(['../a', '/etc/passwd', '.hidden', '', 'a/b', 'a'.repeat(65), 'a\0b'])('%j is no name', async (name) => {
  await expect(files.write(name, [])).rejects.toMatchObject({ code: 'usage' });
  await expect(files.read(name)).rejects.toMatchObject({ code: 'usage' });
});

test('a link that somebody has put there is neither read nor written nor listed', async () => {
  await mkdir(join(folder, 'belay', 'saved'), { recursive: true });
  await writeFile(join(folder, 'secret'), 'secret');
  await symlink(join(folder, 'secret'), join(folder, 'belay', 'saved', 'a'));
  await expect(files.read('a')).rejects.toMatchObject({ code: 'not-found' });
  await expect(files.write('a', ['x'])).rejects.toThrow();
  await expect(files.remove('a')).rejects.toMatchObject({ code: 'not-found' });
  expect(await files.list()).toEqual([]);
});

test('there is an end to it', async () => {
  const line = 'x'.repeat(1024 * 1024);
  await files.write('big', Array(15).fill(line));
  await expect(files.write('more', [line])).rejects.toMatchObject({ code: 'refused' });
  for (let count = 1; count < 100; count++) await files.write(`f${count}`, []);
  await expect(files.write('one-more', [])).rejects.toMatchObject({ code: 'refused' });
});

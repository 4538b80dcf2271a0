import { mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { exchangeLogin } from '../../src/shell/last-login.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'belay-login-'));
});
afterEach(() => rm(folder, { recursive: true }));

const at = (hour: number): Date => new Date(Date.UTC(2026, 10, 21, hour));

test('the login before this one, and where it came from', async () => {
  const home = { XDG_STATE_HOME: folder };
  const far = { ...home, SSH_CONNECTION: '192.0.2.7 50000 192.0.2.1 22' };
  expect(await exchangeLogin(far, at(8))).toBeNull();
  expect(await exchangeLogin(home, at(9))).toEqual({ at: '2026-11-21T08:00:00.000Z', from: '192.0.2.7' });
  expect(await exchangeLogin(home, at(10))).toEqual({ at: '2026-11-21T09:00:00.000Z', from: null });
  expect((await stat(join(folder, 'belay', 'last-login'))).mode & 0o777).toBe(0o600);
});

test('a file that says nothing, or is a link, is no reason to stop anybody', async () => {
  await exchangeLogin({ XDG_STATE_HOME: folder }, at(8));
  const path = join(folder, 'belay', 'last-login');
  await writeFile(path, '\x1b]0;owned\x07');
  expect(await exchangeLogin({ XDG_STATE_HOME: folder }, at(9))).toBeNull();
  await rm(path);
  await writeFile(join(folder, 'other'), 'untouched');
  await symlink(join(folder, 'other'), path);
  expect(await exchangeLogin({ XDG_STATE_HOME: folder }, at(10))).toBeNull();
  expect(await readFile(join(folder, 'other'), 'utf8')).toBe('untouched');
});

import { mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { History, historyPath } from '../../../src/shell/line/history.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'belay-history-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('keeps lines for the next session, for their owner alone', async () => {
  const path = historyPath({ XDG_STATE_HOME: folder });
  const first = new History(path);
  first.load();
  for (const line of ['show system', 'show system', ' secret', '', 'exit']) first.add(line);
  await first.flush();
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  const second = new History(path);
  second.load();
  expect(second.lines).toEqual(['show system', 'exit']);
});

test('does not write through a link', async () => {
  const target = join(folder, 'target');
  await writeFile(target, '');
  const path = join(folder, 'history');
  await symlink(target, path);
  const history = new History(path);
  history.add('show system');
  await history.flush();
  expect(await readFile(target, 'utf8')).toBe('');
  expect(history.lines).toEqual(['show system']);
});

test('is shortened when it has grown too long', async () => {
  const path = join(folder, 'history');
  await writeFile(path, Array.from({ length: 2500 }, (_, index) => `line ${index}\n`).join(''));
  const history = new History(path);
  history.load();
  await history.flush();
  expect(history.lines.length).toBe(1000);
  expect((await readFile(path, 'utf8')).split('\n').length).toBe(1001);
});

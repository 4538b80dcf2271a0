import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { findFiles } from '../../src/slots/find.ts';

const root = mkdtempSync(join(tmpdir(), 'belay-find-'));
mkdirSync(join(root, 'data/node-1'), { recursive: true });
mkdirSync(join(root, 'data/node-2'));
for (const path of ['server.lock', 'data/node-1/db.lock', 'data/node-2/db.lock', 'data/other'])
  writeFileSync(join(root, path), '');
symlinkSync('/etc', join(root, 'data/out'));
afterAll(() => rmSync(root, { recursive: true }));

const found = async (pattern: string) => (await findFiles(root, pattern)).map(({ path }) => path).sort();

test('files by a pattern, name by name', async () => {
  expect(await found('server.lock')).toEqual(['server.lock']);
  expect(await found('*.lock')).toEqual(['server.lock']);
  expect(await found('data/*/db.lock')).toEqual(['data/node-1/db.lock', 'data/node-2/db.lock']);
  expect(await found('nowhere/*.lock')).toEqual([]);
  expect((await findFiles(root, 'server.lock'))[0]?.mtimeMs).toBeGreaterThan(Date.now() - 60_000);
});

test('nothing outside is looked at', async () => {
  expect(await found('data/out/passwd')).toEqual([]);
  expect(await found('data/*/passwd')).toEqual([]);
  expect(await found('../*')).toEqual([]);
});

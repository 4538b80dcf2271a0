import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeDirectory } from '../../src/daemon/make-directory.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'belay-directory-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

test('it is made with those above it, each with its mode, and again without complaint', () => {
  const path = join(directory, 'a/b/c');
  makeDirectory(path, 0o700);
  makeDirectory(path, 0o700);
  for (const each of ['a', 'a/b', 'a/b/c']) expect(statSync(join(directory, each)).mode & 0o777).toBe(0o700);
});

test('where none can be made, that is said at once', () => {
  writeFileSync(join(directory, 'file'), '');
  expect(() => makeDirectory(join(directory, 'file/below'), 0o700)).toThrow('ENOTDIR');
  expect(() => makeDirectory('/proc/nope/below', 0o700)).toThrow('ENOENT');
});

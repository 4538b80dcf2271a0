import { appendFile, mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { pulseOf } from '../../src/slots/pulse.ts';

let data: string;
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'belay-pulse-'));
  await mkdir(join(data, 'db'));
  await writeFile(join(data, 'db/table'), 'one');
});
afterEach(() => rm(data, { recursive: true }));

it('stays the same while nobody writes', async () => {
  expect(await pulseOf(data)).toBe(await pulseOf(data));
});

it.each<[string, () => Promise<void>]>([
  ['a file grows', () => appendFile(join(data, 'db/table'), ' two')],
  ['a file is made', () => writeFile(join(data, 'db/another'), '')],
  ['a file is removed', () => rm(join(data, 'db/table'))],
  ['a clock that was set back writes a file', () => utimes(join(data, 'db/table'), 0, 0)],
])('is another one when %s', async (_what, change) => {
  const before = await pulseOf(data);
  await change();
  expect(await pulseOf(data)).not.toBe(before);
});

it('looks at so many entries and no more, whatever lies deeper', async () => {
  await mkdir(join(data, 'many'));
  await mkdir(join(data, 'db/deep'));
  await writeFile(join(data, 'db/deep/file'), '');
  for (let count = 0; count < 2_000; count++) await writeFile(join(data, 'many', String(count)), '');
  const before = await pulseOf(data);
  await appendFile(join(data, 'db/deep/file'), 'unseen');
  expect(await pulseOf(data)).toBe(before);
});

it('is something where nothing is', async () => {
  expect(await pulseOf(join(data, 'gone'))).toMatch(/^[0-9a-f]{16}$/);
});

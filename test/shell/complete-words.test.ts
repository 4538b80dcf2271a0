import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { completionLines } from '../../src/shell/complete-words.ts';
import { FakeDaemon } from './fake-daemon.ts';

const folder = mkdtempSync(join(tmpdir(), 'belay-words-'));
const socket = join(folder, 'sock');
const daemon = new FakeDaemon({ socketPath: socket, stepMs: 20, scripts: {}, adopted: true });
beforeAll(() => daemon.start());
afterAll(async () => {
  await daemon.stop();
  rmSync(folder, { recursive: true });
});

const offered = async (words: string[], begun = ''): Promise<string[]> =>
  (await completionLines(words, begun, { socket, user: 'admin' })).map((line) => line.split('\t')[0] ?? '');

it('offers words and live values, each with a word about it', async () => {
  expect(await offered(['show', 'upgrade'])).toEqual(['status', 'history', 'plan']);
  expect(await offered(['rollback', 'system', 'to'])).toEqual(
    expect.arrayContaining([expect.stringMatching(/^R[A-Z]{10}$/)]),
  );
  const lines = await completionLines(['upgrade', 'system'], '', { socket, user: 'admin' });
  expect(lines).toContain('2.1.0\tin the registry');
});

it('reads words that were shortened, and what stands behind a bar', async () => {
  expect(await offered(['sh', 'upg'])).toEqual(['status', 'history', 'plan']);
  expect(await offered(['show', 'releases', '|'])).toContain('json');
});

it('offers options where one was begun, and those that fit', async () => {
  expect(await offered([], '--')).toContain('--appliance');
  expect(await offered(['show', 'releases'], '--')).toEqual(['--json', '--yaml']);
  expect(await offered(['upgrade', 'system', '2.1.0'], '--')).toContain('--yes');
  expect(await offered(['--json', 'show', 'upgrade'])).toEqual(['status', 'history', 'plan']);
});

it('offers appliances behind --appliance, nothing behind -c, and leaves files to the shell', async () => {
  expect(await offered(['--appliance'])).toEqual(['acme']);
  expect(await offered(['-c'])).toEqual([]);
  expect(await offered(['check', 'manifest'])).toEqual(['--files--']);
});

it('offers nothing behind what makes no sense, whatever it is', async () => {
  for (const words of [['nonsense'], ['$(reboot)'], ['show', '"'], ['show', 'releases', ';'], ['\0'], ['|', '|']]) {
    expect(await offered(words)).toEqual([]);
  }
});

it('offers the fixed words where no daemon answers', async () => {
  const options = { socket: join(folder, 'nobody'), user: 'admin' };
  expect(await completionLines(['upgrade', 'system'], '', options)).toEqual([]);
  expect((await completionLines(['show', 'upgrade'], '', options)).length).toBe(3);
});

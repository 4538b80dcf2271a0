import { expect, test } from 'vitest';
import type { Client } from '../../../src/api/client/client.ts';
import type { Kind } from '../../../src/shell/command.ts';
import { LiveValues } from '../../../src/shell/line/live-values.ts';

const signal = new AbortController().signal;

test('values are asked for once, again when they are old, for another client, and after a command', async () => {
  let nowMs = 0;
  let asked = 0;
  const kind: Kind = { metavar: 'X', problem: () => null, complete: async () => [{ text: String(++asked), help: '' }] };
  const values = new LiveValues(() => nowMs);
  const client = {} as Client;
  const ask = async (of = client): Promise<string | undefined> => (await values.of(kind, of, signal))[0]?.text;
  expect([await ask(), await ask()]).toEqual(['1', '1']);
  nowMs = 3000;
  expect(await ask()).toBe('2');
  expect(await ask({} as Client)).toBe('3');
  expect(await ask()).toBe('4');
  values.forget();
  expect(await ask()).toBe('5');
});

test('a failure is not kept', async () => {
  let fails = true;
  const kind: Kind = {
    metavar: 'X',
    problem: () => null,
    complete: async () => (fails ? Promise.reject(new Error('away')) : [{ text: 'a', help: '' }]),
  };
  const values = new LiveValues();
  await expect(values.of(kind, {} as Client, signal)).rejects.toThrow('away');
  fails = false;
  expect(await values.of(kind, {} as Client, signal)).toEqual([{ text: 'a', help: '' }]);
});

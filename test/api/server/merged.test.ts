import { expect, test } from 'vitest';
import { merged } from '../../../src/api/server/merged.ts';

async function* counting(name: string, to: number): AsyncGenerator<string> {
  for (let count = 1; count <= to; count++) yield `${name}${count}`;
}

test('everything comes, each stream in its own order, also where one ends early', async () => {
  const all = await Array.fromAsync(merged([counting('a', 3), counting('b', 0), counting('c', 5)]));
  expect(all.filter((each) => each.startsWith('a'))).toEqual(['a1', 'a2', 'a3']);
  expect(all.filter((each) => each.startsWith('c'))).toEqual(['c1', 'c2', 'c3', 'c4', 'c5']);
  expect(all.length).toBe(8);
});

test('fails when one of them fails', async () => {
  async function* failing(): AsyncGenerator<string> {
    yield 'x';
    throw new Error('cut');
  }
  await expect(Array.fromAsync(merged([counting('a', 1), failing()]))).rejects.toThrow('cut');
});

import { expect, test } from 'vitest';
import { CallLimit } from '../../src/docker/call-limit.ts';

test('no more run at the same time, and each gets its turn in its order', async () => {
  const limit = new CallLimit(3);
  const order: number[] = [];
  let running = 0;
  let most = 0;
  const call = (number: number) =>
    limit.run(async () => {
      most = Math.max(most, ++running);
      order.push(number);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      if (number % 2 === 0) throw new Error(`${number}`);
      return number;
    });
  const ended = await Promise.allSettled(Array.from({ length: 20 }, (_, number) => call(number)));
  expect(most).toBe(3);
  expect(order).toEqual(Array.from({ length: 20 }, (_, number) => number));
  expect(ended.filter(({ status }) => status === 'rejected')).toHaveLength(10);
  expect(running).toBe(0);
});

test('one that is aborted while it waits has never run, and holds nobody up', async () => {
  const limit = new CallLimit(1);
  let end: () => void = () => {};
  const first = limit.run(() => new Promise<void>((resolve) => (end = resolve)));
  const abort = new AbortController();
  let hasRun = false;
  const second = limit.run(async () => {
    hasRun = true;
  }, abort.signal);
  const third = limit.run(async () => 'third');
  abort.abort(new Error('enough'));
  await expect(second).rejects.toThrow('enough');
  end();
  await first;
  expect(await third).toBe('third');
  expect(hasRun).toBe(false);
  await expect(limit.run(async () => 'fourth', abort.signal)).rejects.toThrow('enough');
  expect(await limit.run(async () => 'fifth')).toBe('fifth');
});

import { expect, it } from 'vitest';
import { Turns } from '../../src/reconcile/turns.ts';

function held() {
  let release: () => void = () => {};
  const holding = new Promise<void>((resolve) => {
    release = resolve;
  });
  return { holding, release };
}

it('an operation waits until what is being brought up has come up', async () => {
  const turns = new Turns();
  const { holding, release } = held();
  const order: string[] = [];
  const work = turns.take(
    'acme',
    () => false,
    async () => {
      await holding;
      order.push('up');
    },
  );
  await new Promise((resolve) => setImmediate(resolve));
  const operation = turns.free('acme').then(() => order.push('operation'));
  await turns.free('other');
  expect(order).toEqual([]);
  release();
  await Promise.all([work, operation]);
  expect(order).toEqual(['up', 'operation']);
});

it('nothing is brought up while an operation runs, also where it began while another work was waited for', async () => {
  const turns = new Turns();
  const { holding, release } = held();
  const first = turns.take(
    'acme',
    () => false,
    () => holding,
  );
  let isBusy = false;
  const second = turns.take(
    'acme',
    () => isBusy,
    async () => 'up',
  );
  isBusy = true;
  release();
  await first;
  expect(await second).toBeNull();
});

it('work that fails holds nothing', async () => {
  const turns = new Turns();
  await expect(
    turns.take(
      'acme',
      () => false,
      () => Promise.reject(new Error('no')),
    ),
  ).rejects.toThrow('no');
  await turns.free('acme');
  expect(
    await turns.take(
      'acme',
      () => false,
      async () => 'up',
    ),
  ).toBe('up');
});

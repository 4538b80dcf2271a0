import { expect, it } from 'vitest';
import { PullTally } from '../../src/docker/pull-progress.ts';

const at = (id: string, status: string, current?: number, total?: number) => ({
  id,
  status,
  progressDetail: current === undefined ? {} : { current, total: total ?? 0 },
});

it('adds up the layers from the first byte to the last', () => {
  const tally = new PullTally();
  expect(tally.progress()).toEqual({ doneBytes: 0, totalBytes: 0, detail: 'asking the registry' });
  tally.add({ id: '1.0', status: 'Pulling from acme/server' });
  tally.add(at('a', 'Pulling fs layer'));
  tally.add(at('b', 'Already exists'));
  tally.add(at('a', 'Downloading', 30, 100));
  tally.add(at('c', 'Downloading', 10, 20));
  expect(tally.progress()).toEqual({ doneBytes: 40, totalBytes: 120, detail: '1 of 3 layers, downloading' });
  tally.add(at('a', 'Download complete'));
  tally.add(at('c', 'Download complete'));
  tally.add(at('a', 'Extracting', 50, 100));
  expect(tally.progress()).toEqual({ doneBytes: 120, totalBytes: 120, detail: '1 of 3 layers, extracting' });
  tally.add(at('a', 'Pull complete'));
  tally.add(at('c', 'Pull complete'));
  expect(tally.progress().detail).toBe('3 of 3 layers, extracting');
});

it('tells a line that shows movement from one that repeats', () => {
  const tally = new PullTally();
  expect(tally.add(at('a', 'Downloading', 30, 100))).toBe(true);
  expect(tally.add(at('a', 'Downloading', 30, 100))).toBe(false);
  expect(tally.add(at('a', 'Downloading', 31, 100))).toBe(true);
  expect(tally.add(at('a', 'Waiting'))).toBe(true);
  expect(tally.add(at('a', 'Waiting'))).toBe(false);
});

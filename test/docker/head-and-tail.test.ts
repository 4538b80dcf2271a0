import { expect, test } from 'vitest';
import { HeadAndTail } from '../../src/docker/head-and-tail.ts';

const kept = (limitBytes: number, chunks: string[]) => {
  const both = new HeadAndTail(limitBytes);
  for (const chunk of chunks) both.add(Buffer.from(chunk));
  return both.content().toString();
};

test('what fits is kept whole, however it comes', () => {
  expect(kept(27, ['0123', '456', '7890123456789'])).toBe('01234567890123456789');
  expect(kept(27, [])).toBe('');
});

test('of what does not fit the first and the last half are kept', () => {
  expect(kept(27, ['0123456789', 'this is in the middle', 'abcdefghij'])).toBe('0123456789\n(…)\nabcdefghij');
  expect(kept(27, [...'0123456789-----abcdefghij'])).toBe('0123456789\n(…)\nabcdefghij');
});

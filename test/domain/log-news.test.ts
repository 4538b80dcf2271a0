import { expect, it } from 'vitest';
import { saysNews } from '../../src/domain/log-news.ts';

const isProgress = (before: string, after: string): boolean => {
  const said = new Set<string>();
  saysNews([before], said);
  return saysNews([after], said);
};

it.each([
  ['migrating table 3 of 60', 'migrating table 4 of 60'],
  ['2026-11-21T10:04:59Z copied 1200 rows', '2026-11-21T10:05:01Z copied 2400 rows'],
  ['adding column price', 'adding column owner'],
])('%s, then %s: that is progress', (before, after) => expect(isProgress(before, after)).toBe(true));

it.each([
  ['still waiting', 'still waiting'],
  ['2026-11-21T10:04:59.123Z cannot reach the database', '2026-11-21T10:05:04.456Z cannot reach the database'],
  ['10:04:59 ERROR no licence', '10:15:00 ERROR no licence'],
  [
    '127.0.0.1:41234 - - [21/Nov/2026:10:04:59 +0000] "GET /health HTTP/1.1" 503',
    '127.0.0.1:41250 - - [21/Nov/2026:10:05:00 +0000] "GET /health HTTP/1.1" 503',
  ],
  ['request 3f2a9c1b-77aa failed after 12 ms', 'request 9b1c3d2e-1234 failed after 7 ms'],
  ['[1763719499123] retrying', '[1763719504123] retrying'],
])('%s, then %s: that is none', (before, after) => expect(isProgress(before, after)).toBe(false));

it('remembers a bounded number of lines', () => {
  const said = new Set<string>();
  for (let count = 0; count < 5_000; count++) saysNews([`row ${count}`], said);
  expect(said.size).toBe(2_000);
  expect(saysNews(['row 4999'], said)).toBe(false);
});

it('takes its time with no line', () => {
  const beganMs = performance.now();
  saysNews(['a1'.repeat(100_000), '-'.repeat(100_000), '1'.repeat(100_000)], new Set());
  expect(performance.now() - beganMs).toBeLessThan(500);
});

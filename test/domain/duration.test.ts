import { describe, expect, it } from 'vitest';
import { countdown, parseDuration, writeDuration } from '../../src/domain/duration.ts';

describe('a duration as people write it', () => {
  it.each([
    ['90s', 90_000],
    ['10m', 600_000],
    ['1h30m', 5_400_000],
    ['500ms', 500],
    ['2d', 172_800_000],
    ['1m500ms', 60_500],
    [' 10M ', 600_000],
    ['0s', 0],
  ])('%s', (text, durationMs) => expect(parseDuration(text)).toBe(durationMs));

  it.each(['', '10', 'm', '-1m', '1.5h', '30m1h', '5 minutes', '10m10m', '1e3s', '1234567890s', '10m;', 'ten'])(
    'is not %j',
    (text) => expect(parseDuration(text)).toBeNull(),
  );
});

it.each([
  [500, '0.5 s'],
  [10_000, '10 s'],
  [90_000, '90 s'],
  [60_000, '1 min'],
  [600_000, '10 min'],
  [5_400_000, '1 h 30 min'],
  [7_200_000, '2 h'],
  [3_725_000, '1 h 2 min 5 s'],
])('writes %d ms as %s', (durationMs, text) => expect(writeDuration(durationMs)).toBe(text));

it.each([
  [-5, '0:00'],
  [1, '0:01'],
  [7_000, '0:07'],
  [571_001, '9:32'],
  [6_900_000, '1:55:00'],
])('counts %d ms down as %s', (leftMs, text) => expect(countdown(leftMs)).toBe(text));

import { expect, test } from 'vitest';
import {
  formatAge,
  formatBytes,
  formatCount,
  formatDuration,
  formatForecast,
  formatMoment,
} from '../../src/shell/format.ts';

test.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1 KiB'],
  [1536, '1.5 KiB'],
  [640 * 1024 ** 2, '640 MiB'],
  [1.2 * 1024 ** 3, '1.2 GiB'],
  [1023.9 * 1024 ** 2, '1.0 GiB'],
  [3 * 1024 ** 6, '3072 PiB'],
])('%d bytes', (sizeBytes, expected) => {
  expect(formatBytes(sizeBytes)).toBe(expected);
});

test.each([
  [0, '0.0 s'],
  [-5, '0.0 s'],
  [234, '0.2 s'],
  [9949, '9.9 s'],
  [9960, '10 s'],
  [59_600, '1 min'],
  [125_000, '2 min 5 s'],
  [3_600_000, '1 h'],
  [11_520_000, '3 h 12 min'],
])('%d ms', (durationMs, expected) => {
  expect(formatDuration(durationMs)).toBe(expected);
});

test.each([
  [400, 'under a second'],
  [3200, 'about 3 s'],
  [230_000, 'about 4 min'],
])('a forecast of %d ms', (durationMs, expected) => {
  expect(formatForecast(durationMs)).toBe(expected);
});

const now = Date.parse('2026-11-21T12:00:00Z');
test.each([
  [-5000, 'just now'],
  [9000, 'just now'],
  [30_000, '30 seconds ago'],
  [60_000, '1 minute ago'],
  [2 * 60_000, '2 minutes ago'],
  [21 * 86_400_000, '3 weeks ago'],
  [800 * 86_400_000, '2 years ago'],
])('%d ms ago', (ageMs, expected) => {
  expect(formatAge(new Date(now - ageMs).toISOString(), now)).toBe(expected);
});

test('a moment of today has no date, another has', () => {
  expect(formatMoment(new Date(now).toISOString(), now)).toMatch(/^\d\d:00:00$/);
  expect(formatMoment('2026-10-01T12:00:00Z', now)).toMatch(/^2026-10-01 \d\d:00:00$/);
});

test('counts agree with their noun', () => {
  expect([formatCount(1, 'file'), formatCount(10_000, 'file')]).toEqual(['1 file', '10,000 files']);
});

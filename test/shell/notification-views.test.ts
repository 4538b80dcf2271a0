import { expect, test } from 'vitest';
import type { NotificationView } from '../../src/api/contract/notifications.ts';
import { createPaint } from '../../src/shell/paint.ts';
import { notificationTable } from '../../src/shell/views/notifications.ts';

const NOW = Date.parse('2026-11-21T20:00:00.000Z');
const at = (secondsFromNow: number) => new Date(NOW + secondsFromNow * 1_000).toISOString();
const HOST = 'https://chat.example.com/…';

const notice = (change: Partial<NotificationView>): NotificationView => ({
  event: 'succeeded',
  text: 'acme: the upgrade to 2.0 has succeeded.',
  operation: 'ODQGCFZVKGS',
  target: `webhook 1 at ${HOST}`,
  state: 'delivered',
  attempts: 1,
  nextAt: null,
  error: null,
  created: at(-30),
  ended: at(-30),
  ...change,
});
const waiting = (target: string, error: string, nextAt: string) =>
  notice({ target, error, nextAt, state: 'waiting', attempts: 2, ended: null });
const ALL = [
  notice({ event: 'test', operation: null }),
  waiting(`webhook 2 at ${HOST}`, 'it answers 500', at(25)),
  waiting('https://slow.example.com/…', 'it does not answer within 10 s', at(-1)),
  notice({ target: `webhook 3 at ${HOST}`, state: 'given-up', error: 'it answers 410' }),
  waiting('https://ops.example.com/…', 'it answers 503', at(3 * 3_600 + 2_465)),
  // Since then something has arrived there.
  waiting(`webhook 1 at ${HOST}`, 'it answers 502', at(9)),
];
const lines = (width: number, all = ALL) => notificationTable(all, { width, nowMs: NOW, paint: createPaint(false) });

test.each([40, 80, 200])('who is not reached, and why, is told in full in %d columns', (width) => {
  const shown = lines(width);
  expect(shown.every((line) => line.length <= width)).toBe(true);
  for (const which of ['webhook 1', 'webhook 2', 'webhook 3']) {
    expect(shown.some((line) => line.includes(`succeeded  ${which}`) || line.includes(`test       ${which}`))).toBe(
      true,
    );
  }
  expect(shown.join(' ').replace(/\s+/g, ' ')).toContain(
    [
      `! webhook 2 at ${HOST}: it answers 500 (2 attempts)`,
      '! https://slow.example.com/…: it does not answer within 10 s (2 attempts)',
      `! webhook 3 at ${HOST}: it answers 410 (1 attempt, and it is not tried again)`,
      '! https://ops.example.com/…: it answers 503 (2 attempts)',
    ].join(' '),
  );
  expect(shown.join()).not.toContain('502');
  expect(shown.filter((line) => /again in 25 s|again in 3 h|on its way|given up/.test(line))).toHaveLength(4);
});

test('that nobody was told fits, too', () => {
  expect(lines(40, []).every((line) => line.length <= 40)).toBe(true);
});

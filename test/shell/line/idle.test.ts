import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { endWhenIdle } from '../../../src/shell/line/idle.ts';
import type { Terminal } from '../../../src/shell/line/terminal.ts';
import { initialSettings } from '../../../src/shell/terminal-settings.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function watched(idleMinutes: number, isWaitingForKeys = true) {
  const said: string[] = [];
  const startMs = Date.now();
  const terminal = {
    isWaitingForKeys,
    get idleMs() {
      return Date.now() - startMs;
    },
    hangUp: () => said.push('hung up'),
  };
  const settings = { ...initialSettings({}), idleMinutes };
  const stop = endWhenIdle(terminal as unknown as Terminal, settings, (line) => said.push(line));
  return { said, stop, settings, terminal };
}

test('a session in which nothing is typed says so and ends, once', () => {
  const { said } = watched(10);
  vi.advanceTimersByTime(9.5 * 60_000);
  expect(said).toEqual([]);
  vi.advanceTimersByTime(60 * 60_000);
  expect(said).toEqual(['No key for 10 minutes: this session ends. Operations go on.', 'hung up']);
});

test('not while a command runs, not where it is off, not after the end', () => {
  const busy = watched(1, false);
  const off = watched(0);
  const over = watched(1);
  over.stop();
  vi.advanceTimersByTime(60 * 60_000);
  expect([busy.said, off.said, over.said]).toEqual([[], [], []]);
  busy.terminal.isWaitingForKeys = true;
  vi.advanceTimersByTime(1000);
  expect(busy.said.length).toBe(2);
});

test.each([
  ['15', 15],
  ['0', 0],
  ['', 0],
  ['-1', 0],
  ['1h', 0],
  ['999999', 10_080],
])('BELAY_IDLE_TIMEOUT=%s', (text, minutes) => {
  expect(initialSettings({ BELAY_IDLE_TIMEOUT: text }).idleMinutes).toBe(minutes);
});

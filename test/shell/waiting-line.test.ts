import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WaitingLine } from '../../src/shell/live/waiting-line.ts';
import type { Output } from '../../src/shell/output.ts';
import { createPaint } from '../../src/shell/paint.ts';

let written: string[];
const output = (isTerminal: boolean): Output => ({
  isTerminal,
  width: 80,
  rows: 24,
  paint: createPaint(false),
  lines: (lines) => written.push(...lines),
  errors: (lines) => written.push(...lines),
});
const lineOn = (isTerminal = true) => new WaitingLine(output(isTerminal), (text) => written.push(text));

beforeEach(() => {
  written = [];
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('it comes after a second, counts, and is gone before the first line of the answer', () => {
  const waiting = lineOn();
  waiting.start();
  vi.advanceTimersByTime(999);
  expect(written).toEqual([]);
  vi.advanceTimersByTime(1_001);
  expect(written).toEqual(['\r\x1b[2KWaiting for 1 s; Ctrl-C ends it.', '\r\x1b[2KWaiting for 2 s; Ctrl-C ends it.']);
  waiting.output.lines(['answer']);
  vi.advanceTimersByTime(10_000);
  expect(written.slice(2)).toEqual(['\r\x1b[2K', 'answer']);
});

test('what answers at once shows nothing of it, and off a terminal nothing does', () => {
  const quick = lineOn();
  quick.start();
  quick.output.errors(['no']);
  quick.stop();
  const plain = lineOn(false);
  plain.start();
  vi.advanceTimersByTime(5_000);
  expect(written).toEqual(['no']);
});

test('the output behind it is otherwise the same', () => {
  const { width, rows, isTerminal } = lineOn().output;
  expect({ width, rows, isTerminal }).toEqual({ width: 80, rows: 24, isTerminal: true });
});

import { describe, expect, it } from 'vitest';
import { deadlineIn, leftToConfirmMs, windowProblem } from '../../src/domain/confirmation.ts';
import { SetClock } from '../support/set-clock.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const YEAR_MS = 365 * 24 * HOUR_MS;
const windowMs = 10 * MINUTE_MS;

function begun() {
  const clock = new SetClock();
  const deadline = { ...deadlineIn(windowMs, clock), windowMs };
  return { clock, left: () => leftToConfirmMs(deadline, clock) };
}

describe('what is left of the window to confirm', () => {
  it('runs down to nothing and stays there', () => {
    const { clock, left } = begun();
    expect(left()).toBe(windowMs);
    clock.pass(28_000);
    expect(left()).toBe(windowMs - 28_000);
    clock.pass(windowMs);
    expect(left()).toBe(0);
  });

  it.each([
    ['two hours back', -2 * HOUR_MS],
    ['ten years ahead', 10 * YEAR_MS],
    ['forty years back', -40 * YEAR_MS],
  ])('is the same when the wall clock is set %s within one boot', (_what, byMs) => {
    const { clock, left } = begun();
    clock.pass(MINUTE_MS);
    clock.setWallClock(byMs);
    expect(left()).toBe(windowMs - MINUTE_MS);
  });

  it('counts a reboot by the wall clock', () => {
    const { clock, left } = begun();
    clock.pass(MINUTE_MS);
    clock.reboot(2 * MINUTE_MS);
    expect(left()).toBe(windowMs - 3 * MINUTE_MS);
  });

  it('is nothing where the machine was down for longer', () => {
    const { clock, left } = begun();
    clock.reboot(HOUR_MS);
    expect(left()).toBe(0);
  });

  it.each([
    ['two hours slow', -2 * HOUR_MS, windowMs],
    ['at 1970', -56 * YEAR_MS, windowMs],
    ['ten years fast', 10 * YEAR_MS, 0],
  ])('lies within the window also when the clock is %s after a reboot', (_what, byMs, expected) => {
    const { clock, left } = begun();
    clock.reboot(0);
    clock.setWallClock(byMs);
    expect(left()).toBe(expected);
  });
});

it.each([
  [999, 'A second is the least'],
  [1_000, null],
  [30 * 24 * HOUR_MS, null],
  [31 * 24 * HOUR_MS, '30 days are the most'],
])('a window of %d ms', (ms, problem) => {
  if (problem === null) expect(windowProblem(ms)).toBeNull();
  else expect(windowProblem(ms)).toContain(problem);
});

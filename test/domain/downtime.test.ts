import { expect, it } from 'vitest';
import { sinceStopMs } from '../../src/domain/downtime.ts';
import { SetClock } from '../support/set-clock.ts';

const HOUR_MS = 3_600_000;

function stopped() {
  const clock = new SetClock();
  const facts = { stoppedAtMs: clock.now().getTime(), stoppedAtBoot: clock.bootTime() };
  clock.pass(2_500);
  return { clock, since: () => sinceStopMs(facts, clock) };
}

it.each([0, -2 * HOUR_MS, 10 * 365 * 24 * HOUR_MS])(
  'is what has passed, also where the clock is set by %d ms',
  (byMs) => {
    const { clock, since } = stopped();
    clock.setWallClock(byMs);
    expect(since()).toBe(2_500);
  },
);

it('counts a reboot by the wall clock, and is never less than nothing', () => {
  const { clock, since } = stopped();
  clock.reboot(60_000);
  expect(since()).toBe(62_500);
  clock.setWallClock(-HOUR_MS);
  expect(since()).toBe(0);
});

it('is nothing that can be told where nothing was stopped', () => {
  expect(sinceStopMs({}, new SetClock())).toBeNull();
});

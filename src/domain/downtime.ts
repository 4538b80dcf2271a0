import type { OperationFacts } from './operation.ts';
import type { Clock } from './ports/clock.ts';

/**
 * How long ago the old release was told to stop, in milliseconds: by the clock of the boot that it was noted in, where
 * that still lasts, and else by the wall clock. Never less than nothing; null where it was not.
 */
export function sinceStopMs(
  { stoppedAtMs, stoppedAtBoot }: OperationFacts,
  clock: Pick<Clock, 'now' | 'bootTime'>,
): number | null {
  if (stoppedAtMs === undefined) return null;
  const { bootId, sinceBootMs } = clock.bootTime();
  const isSameBoot = stoppedAtBoot?.bootId === bootId;
  const elapsedMs = isSameBoot ? sinceBootMs - stoppedAtBoot.sinceBootMs : clock.now().getTime() - stoppedAtMs;
  return Math.max(0, elapsedMs);
}

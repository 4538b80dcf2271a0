import { restartPolicyOf } from './host-config.ts';
import type { ContainerRecord } from './records.ts';

const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 60_000;
/** Whoever has run for so long begins again with the first delay. */
const STEADY_MS = 10_000;

/** Whether the engine starts the container again after it has ended by itself. */
export function restartsAfterExit(record: ContainerRecord): boolean {
  const { name, maximumRetryCount } = restartPolicyOf(record.hostConfig);
  if (record.stoppedByUser) return false;
  if (name === 'always' || name === 'unless-stopped') return true;
  const hasTriesLeft = maximumRetryCount === 0 || record.restartCount < maximumRetryCount;
  return name === 'on-failure' && record.state.ExitCode !== 0 && hasTriesLeft;
}

/** Whether the engine starts the container when it comes up itself: `always` even where the user had stopped it. */
export function revivesAtBoot(record: ContainerRecord): boolean {
  const { name } = restartPolicyOf(record.hostConfig);
  return record.hasBeenStarted && (name === 'always' || restartsAfterExit(record));
}

/** How long to wait before the next start: twice the last wait, up to a minute. */
export function nextDelayMs(lastDelayMs: number, ranMs: number): number {
  if (lastDelayMs === 0 || ranMs >= STEADY_MS) return FIRST_DELAY_MS;
  return Math.min(lastDelayMs * 2, LONGEST_DELAY_MS);
}

import { BelayError } from './errors.ts';
import type { OperationId, ReleaseId } from './ids.ts';
import type { Clock } from './ports/clock.ts';

/** One instant by two clocks: that of the boot, which nobody can set, and the wall clock, which outlives a reboot. */
export interface Deadline {
  dueAt: Date;
  bootId: string;
  dueSinceBootMs: number;
}

/** Until when a release has to be confirmed that is to go back by itself otherwise, and what became of it. */
export interface Confirmation extends Deadline {
  appliance: string;
  /** The upgrade that asked for it. */
  operation: OperationId;
  /** What has to be confirmed. */
  release: ReleaseId;
  windowMs: number;
  /** `reverted`: gone back from, by the machine or by somebody. */
  state: 'pending' | 'confirmed' | 'reverted';
  endedBy: string | null;
  endedAt: Date | null;
}

type Clocks = Pick<Clock, 'now' | 'bootTime'>;

export function deadlineIn(leftMs: number, clock: Clocks): Deadline {
  const { bootId, sinceBootMs } = clock.bootTime();
  return { dueAt: new Date(clock.now().getTime() + leftMs), bootId, dueSinceBootMs: sinceBootMs + leftMs };
}

/**
 * How much of the window is left, in milliseconds. Within the boot that the deadline was written in the wall clock has
 * no say; after a reboot it decides, and whatever it shows the answer lies between nothing and the whole window.
 */
export function leftToConfirmMs(confirmation: Pick<Confirmation, keyof Deadline | 'windowMs'>, clock: Clocks): number {
  const { bootId, sinceBootMs } = clock.bootTime();
  const isSameBoot = bootId === confirmation.bootId;
  const leftMs = isSameBoot
    ? confirmation.dueSinceBootMs - sinceBootMs
    : confirmation.dueAt.getTime() - clock.now().getTime();
  return Math.min(Math.max(0, leftMs), confirmation.windowMs);
}

/** The shortest and the longest that `confirm-within` may be. */
const SHORTEST_WINDOW_MS = 1_000;
const LONGEST_WINDOW_MS = 30 * 86_400_000;

/** Why a window cannot be had, in one sentence; null where it can. */
export function windowProblem(windowMs: number): string | null {
  if (windowMs < SHORTEST_WINDOW_MS) return 'A second is the least that there can be to confirm within.';
  return windowMs > LONGEST_WINDOW_MS ? '30 days are the most that there can be to confirm within.' : null;
}

/** The refusal of what would change an appliance whose release may still go back by itself. */
export const unconfirmed = (appliance: string, version: string): BelayError =>
  new BelayError('refused', `${version} of ${appliance} waits to be confirmed.`, {
    hint: 'First keep it (confirm system) or go back (rollback system).',
  });

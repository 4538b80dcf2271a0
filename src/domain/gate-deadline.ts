import type { GateRules } from './service-spec.ts';

/** All on one monotonic clock, in milliseconds. */
export interface GateTime {
  beganMs: number;
  /** When the server last showed progress; when the gate began where it has not. */
  movedMs: number;
  /** What administrators have added. */
  extendedMs: number;
}

/**
 * Until when a server may take to its first good answer, and the latest that it could become: progress begins the
 * deadline anew, up to the limit; what an administrator adds comes on top of both.
 */
export function gateDeadline(rules: GateRules, time: GateTime): { dueMs: number; lastMs: number } {
  const lastMs = time.beganMs + rules.limitMs + time.extendedMs;
  return { dueMs: Math.min(time.movedMs + rules.deadlineMs + time.extendedMs, lastMs), lastMs };
}

/** How long a server that its own health check calls unhealthy may show nothing before it is believed. */
export const quietMs = ({ deadlineMs }: GateRules): number => Math.min(30_000, deadlineMs / 2);

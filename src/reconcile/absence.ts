import type { Operation } from '../domain/operation.ts';
import type { Instance } from '../domain/ports/container-host.ts';
import { NO_RESTART, type RestartPolicy } from '../domain/service-spec.ts';
import { isUp } from '../sequences/instances.ts';

/** The time in which no engine answered, as far as it is known. */
export interface Absence {
  /** When it stopped answering; null where nobody was watching. */
  goneAt: Date | null;
  /** When it came up, by its own word; null where it does not say. */
  upSince: Date | null;
  /** When it was first seen to answer again. */
  backAt: Date;
  /** Containers that were seen to end while the engine lived. */
  endedBefore: ReadonlySet<string>;
}

/** The clocks of the engine's answers and of its events differ by less. */
const TOLERANCE_MS = 2_000;
/** Containers that outlived a killed engine are stopped by the next one, each with its stop timeout, before it is up. */
const LONGEST_CLEARING_MS = 30_000;
/** An engine that comes up starts everything that it is to start within this time. */
const REVIVAL_MS = 60_000;

/**
 * Why a service that is down is to be started: in words, to be told; null where it is to stay as it is.
 * What went down with the engine is brought up, as far as both its release's restart policy and the
 * container's own ask for it; what somebody has stopped while the engine lived is not.
 */
export function reasonToStart(
  instance: Instance,
  policy: RestartPolicy,
  absence: Absence,
  last: Operation | null,
): string | null {
  if (isUp(instance) || instance.state === 'removing' || instance.state === 'dead') return null;
  if (wasStoppedBy(last, instance)) return `the ${last?.kind} that had stopped it could not start it again`;
  if (!isRevived(policy, instance) || instance.restartPolicy.name === NO_RESTART.name) return null;
  if (instance.error !== '') return 'the engine could not start it when it came up';
  if (wentDownIn(absence, instance)) return 'it went down with the engine';
  return wasKilledDuring(last, instance) ? `it went down during the ${last?.kind} that was cut off` : null;
}

/** Whether the engine would start it again, unless somebody has stopped it. */
function isRevived({ name }: RestartPolicy, { exitCode, error }: Instance): boolean {
  return name === 'always' || name === 'unless-stopped' || (name === 'on-failure' && (exitCode !== 0 || error !== ''));
}

function wasStoppedBy(last: Operation | null, { finishedAt }: Instance): boolean {
  const stoppedAtMs = last?.facts.stoppedAtMs;
  if (stoppedAtMs === undefined || !last?.endedAt || finishedAt === null) return false;
  if (last.state !== 'needs-attention') return false;
  const ms = finishedAt.getTime();
  return ms >= stoppedAtMs - TOLERANCE_MS && ms <= last.endedAt.getTime() + TOLERANCE_MS;
}

/** Killed, or lost by an engine that went away. */
const KILLED = [137, 255];

/** What an engine takes with it while an operation runs is brought up after that, unless the daemon is lost meanwhile that saw it. */
function wasKilledDuring(last: Operation | null, { exitCode, finishedAt }: Instance): boolean {
  if (!last?.endedAt || finishedAt === null || !KILLED.includes(exitCode)) return false;
  if (last.recoveries === 0 || last.facts.stoppedAtMs !== undefined) return false;
  return finishedAt >= last.startedAt && finishedAt <= last.endedAt;
}

function wentDownIn({ goneAt, upSince, backAt, endedBefore }: Absence, { id, finishedAt }: Instance): boolean {
  if (finishedAt === null || endedBefore.has(id)) return false;
  const ms = finishedAt.getTime();
  // It did not answer for a while, and was there all the time.
  if (goneAt && upSince && upSince.getTime() < goneAt.getTime() - TOLERANCE_MS) return false;
  if (goneAt) return ms >= goneAt.getTime() - TOLERANCE_MS && ms <= backAt.getTime() + TOLERANCE_MS;
  if (!upSince) return false;
  return ms >= upSince.getTime() - LONGEST_CLEARING_MS && ms <= upSince.getTime() + TOLERANCE_MS;
}

/** Whether the engine has started it by itself when it came up, because of a restart policy that it should not have. */
export function wasRevived({ goneAt, upSince, backAt }: Absence, instance: Instance): boolean {
  if (!isUp(instance) || instance.restartPolicy.name === NO_RESTART.name || instance.startedAt === null) return false;
  const ms = instance.startedAt.getTime();
  const since = upSince ?? goneAt;
  return since !== null && ms >= since.getTime() - TOLERANCE_MS && ms <= (upSince ?? backAt).getTime() + REVIVAL_MS;
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { ContainerState, Healthcheck, HealthProbe } from './records.ts';

const SECOND_NS = 1e9;
const PROBES_KEPT = 5;
const OUTPUT_LIMIT = 4096;

type Health = NonNullable<ContainerState['Health']>;

export interface ProbeResult {
  /** Null where the probe took too long and was ended. */
  exitCode: number | null;
  output: string;
}

/** The command of a health check in exec form; null where there is none. */
export function healthCommand(check: Healthcheck | undefined): string[] | null {
  const [kind, ...rest] = check?.Test ?? [];
  if (kind === 'CMD') return rest;
  return kind === 'CMD-SHELL' ? ['/bin/sh', '-c', ...rest] : null;
}

const orDefault = (nanoseconds: number | undefined, defaultNs: number): number => (nanoseconds || defaultNs) / 1e6;

/**
 * Runs a health check at its interval until the signal aborts. `onVerdict` is called when the status changes;
 * failures within the start period count for nothing.
 */
export async function monitorHealth(
  check: Healthcheck,
  health: Health,
  probe: (command: string[], timeoutMs: number) => Promise<ProbeResult>,
  onVerdict: () => void,
  signal: AbortSignal,
): Promise<void> {
  const command = healthCommand(check);
  if (!command) return;
  const intervalMs = orDefault(check.Interval, 30 * SECOND_NS);
  const timeoutMs = orDefault(check.Timeout, 30 * SECOND_NS);
  const startPeriodMs = (check.StartPeriod ?? 0) / 1e6;
  const retries = check.Retries || 3;
  const startedMs = performance.now();
  for (;;) {
    await sleep(intervalMs, undefined, { signal });
    const start = new Date().toISOString();
    const result = await probe(command, timeoutMs);
    if (signal.aborted) return;
    remember(health, toProbe(start, result, timeoutMs));
    const before = health.Status;
    if (result.exitCode === 0) {
      health.FailingStreak = 0;
      health.Status = 'healthy';
    } else if (before !== 'starting' || performance.now() - startedMs > startPeriodMs) {
      health.FailingStreak++;
      if (health.FailingStreak >= retries) health.Status = 'unhealthy';
    }
    if (health.Status !== before) onVerdict();
  }
}

function toProbe(start: string, { exitCode, output }: ProbeResult, timeoutMs: number): HealthProbe {
  const tooLong = `Health check exceeded timeout (${timeoutMs / 1000}s)`;
  return {
    Start: start,
    End: new Date().toISOString(),
    ExitCode: exitCode ?? -1,
    Output: (exitCode === null ? tooLong : output).slice(0, OUTPUT_LIMIT),
  };
}

function remember(health: Health, probe: HealthProbe): void {
  health.Log.push(probe);
  if (health.Log.length > PROBES_KEPT) health.Log.shift();
}

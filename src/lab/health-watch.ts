import type { Containers } from './containers.ts';
import { healthCommand, monitorHealth, type ProbeResult } from './health.ts';
import type { RunningProcess } from './processes.ts';
import type { ContainerRecord } from './records.ts';
import type { ExecPlan } from './run.ts';

type Exec = (plan: ExecPlan) => Promise<RunningProcess>;

const OUTPUT_LIMIT = 8192;

/** Runs a container's health check, where it has one, until the signal aborts; keeps and tells the verdict. */
export function watchHealth(record: ContainerRecord, exec: Exec, containers: Containers, signal: AbortSignal): void {
  const check = record.config.Healthcheck;
  delete record.state.Health;
  if (!check || !healthCommand(check)) return;
  const health = { Status: 'starting' as const, FailingStreak: 0, Log: [] };
  record.state.Health = health;
  const onVerdict = () => {
    containers.save(record);
    containers.emit(record, `health_status: ${record.state.Health?.Status}`);
  };
  const probe = (command: string[], timeoutMs: number) => runProbe(exec, command, timeoutMs);
  monitorHealth(check, health, probe, onVerdict, signal).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}

async function runProbe(exec: Exec, command: string[], timeoutMs: number): Promise<ProbeResult> {
  let output = '';
  const onOutput = (_: string, chunk: Buffer) => {
    if (output.length < OUTPUT_LIMIT) output += chunk.toString();
  };
  let process: RunningProcess;
  try {
    process = await exec({ command, onOutput });
  } catch (error) {
    return { exitCode: 126, output: (error as Error).message };
  }
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    process.signalGroup('SIGKILL');
  }, timeoutMs);
  const exitCode = await process.ended;
  clearTimeout(timer);
  return { exitCode: isLate ? null : exitCode, output };
}

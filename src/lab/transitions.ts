import type { ContainerRecord } from './records.ts';
import type { Run } from './run.ts';

const now = (): string => new Date().toISOString();

export function markRunning(record: ContainerRecord, run: Run, processStamp: string | null): void {
  record.hasBeenStarted = true;
  record.address = run.placement.address;
  record.ports = run.publication.ports;
  record.processStamp = processStamp;
  Object.assign(record.state, {
    Status: 'running',
    Running: true,
    Paused: false,
    Restarting: false,
    Pid: run.process.pid,
    ExitCode: 0,
    Error: '',
    StartedAt: now(),
  });
}

/** A start that failed: a container that has never run stays `created`. */
export function markUnstartable(record: ContainerRecord, exitCode: number, message: string): void {
  const { state } = record;
  const Status = state.Status === 'restarting' ? 'exited' : state.Status;
  Object.assign(state, { Status, Running: false, Restarting: false, ExitCode: exitCode, Error: message });
}

export function markExited(record: ContainerRecord, exitCode: number): void {
  record.address = '';
  record.ports = {};
  Object.assign(record.state, {
    Status: 'exited',
    Running: false,
    Paused: false,
    Restarting: false,
    Pid: 0,
    ExitCode: exitCode,
    FinishedAt: now(),
  });
  if (record.state.Health) record.state.Health.Status = 'unhealthy';
}

/** The engine calls a container that waits for its next start running. */
export function markRestarting(record: ContainerRecord): void {
  record.restartCount++;
  Object.assign(record.state, { Status: 'restarting', Running: true, Restarting: true });
}

export function markGivenUp(record: ContainerRecord): void {
  Object.assign(record.state, { Status: 'exited', Running: false, Restarting: false });
}

export function markPaused(record: ContainerRecord, isPaused: boolean): void {
  Object.assign(record.state, { Paused: isPaused, Status: isPaused ? 'paused' : 'running' });
}

/** A start or restart by the user: the policy counts from here. */
export function beginAnew(record: ContainerRecord): void {
  record.stoppedByUser = false;
  record.restartCount = 0;
}

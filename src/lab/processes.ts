import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import { LabError } from './lab-error.ts';

export interface ProcessPlan {
  command: readonly string[];
  env: Record<string, string>;
  workingDir: string;
  onOutput: (stream: 'stdout' | 'stderr', chunk: Buffer) => void;
}

export interface RunningProcess {
  pid: number;
  /** To the process itself, as the engine signals a container. */
  signal(signal: NodeJS.Signals | number): void;
  /** To the process and all that it has started. */
  signalGroup(signal: NodeJS.Signals | number): void;
  /** Its exit code, 128 + n after signal n, when its output has been read and its group is gone. */
  ended: Promise<number>;
}

/** What runs the containers' processes. */
export interface Processes {
  /** In a group of its own. `UnstartableError` where it cannot be run. */
  start(plan: ProcessPlan): Promise<RunningProcess>;
  /** What tells a process from a later one with its number: when it was started. Null where it is gone. */
  stampOf(pid: number): string | null;
  /** Nothing to do where it is gone. */
  killGroup(pid: number, signal: NodeJS.Signals | number): void;
}

/** How long output may stay open after the process has gone: somebody outside its group may hold it. */
const OUTPUT_GRACE_MS = 300;

function killGroup(pid: number, signal: NodeJS.Signals | number): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // Gone already; macOS says EPERM of a group that has just ended.
    if (!['ESRCH', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

/** `SIGTERM`, `TERM` or `15` as a number; null where there is no such signal. */
export function signalNumber(text: string): number | null {
  if (/^\d+$/.test(text)) return Number(text) >= 1 && Number(text) <= 64 ? Number(text) : null;
  const name = text.toUpperCase().replace(/^(SIG)?/, 'SIG') as NodeJS.Signals;
  return constants.signals[name] ?? null;
}

async function startProcess(plan: ProcessPlan): Promise<RunningProcess> {
  const [program = '', ...args] = plan.command;
  const child = spawn(program, args, {
    cwd: plan.workingDir,
    env: plan.env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = watch(child, plan.onOutput);
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error: NodeJS.ErrnoException) => reject(new UnstartableError(program, error)));
  });
  const pid = child.pid as number;
  return { pid, signal: (signal) => child.kill(signal), signalGroup: (signal) => killGroup(pid, signal), ended };
}

export class UnstartableError extends LabError {
  readonly exitCode: number;

  constructor(program: string, cause: NodeJS.ErrnoException) {
    const isMissing = cause.code === 'ENOENT';
    const reason = isMissing ? 'executable file not found in $PATH' : 'permission denied';
    super(400, `unable to start container process: exec: "${program}": ${reason}: unknown`);
    this.exitCode = isMissing ? 127 : 126;
  }
}

function watch(child: ChildProcess, onOutput: ProcessPlan['onOutput']): Promise<number> {
  (child.stdout as Readable).on('data', (chunk: Buffer) => onOutput('stdout', chunk));
  (child.stderr as Readable).on('data', (chunk: Buffer) => onOutput('stderr', chunk));
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      // What is left of the group ends with its leader, as a container does with its first process.
      if (child.pid !== undefined) killGroup(child.pid, 'SIGKILL');
      const exitCode = code ?? 128 + (signal ? constants.signals[signal] : 0);
      const grace = setTimeout(() => {
        child.stdout?.destroy();
        child.stderr?.destroy();
      }, OUTPUT_GRACE_MS);
      child.once('close', () => {
        clearTimeout(grace);
        resolve(exitCode);
      });
    });
  });
}

export function stampOf(pid: number): string | null {
  try {
    if (process.platform === 'linux') {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      // The name in parentheses may contain anything; the fields after it begin with the state.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return fields[0] === 'Z' ? null : (fields[19] ?? null);
    }
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || null;
  } catch {
    return null;
  }
}

/** Child processes of this one. */
export const realProcesses: Processes = { start: startProcess, stampOf, killGroup };

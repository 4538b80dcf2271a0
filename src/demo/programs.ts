import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const beside = (file: string): string => fileURLToPath(new URL(`./${file}`, import.meta.url));

/** What the build puts beside this file. */
export const programs = {
  belay: beside('belay.js'),
  lab: beside('lab.js'),
  sampleAppliance: beside('sample-appliance.js'),
};

const READY_WITHIN_MS = 30_000;
const STOPPED_WITHIN_MS = 20_000;
const POLL_MS = 20;

export interface Background {
  /** `belay`, for sentences. */
  name: string;
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  /** Where its output goes. */
  logPath: string;
  /** Whether it does its work now; gets its log so far. */
  isReady(log: string): boolean | Promise<boolean>;
}

/**
 * Starts a program of Node that a Ctrl-C at the terminal does not reach, and sees to it that it is stopped. Resolves
 * when it is ready; rejects with the last line of its log where it ends or takes too long, or when `signal` aborts.
 */
export async function startBackground(
  program: Background,
  belongings: AsyncDisposableStack,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  const log = openSync(program.logPath, 'a', 0o600);
  const child = spawn(process.execPath, program.args, {
    detached: true,
    stdio: ['ignore', log, log],
    env: program.env,
  });
  closeSync(log);
  const ended = Promise.withResolvers<void>();
  child.once('exit', () => ended.resolve());
  child.once('error', () => ended.resolve());
  belongings.defer(() => stop(child, ended.promise));
  const endMs = performance.now() + READY_WITHIN_MS;
  while (child.exitCode === null && child.signalCode === null && performance.now() < endMs) {
    if (await program.isReady(readFileSync(program.logPath, 'utf8'))) return;
    await sleep(POLL_MS, undefined, { signal });
  }
  const lastLine = readFileSync(program.logPath, 'utf8').trimEnd().split('\n').at(-1);
  throw new Error(`${program.name} does not start: ${lastLine || 'it says nothing.'}`);
}

/** By its own number, and only while it is this process's child. */
async function stop(child: ChildProcess, ended: Promise<void>): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOPPED_WITHIN_MS);
  await ended;
  clearTimeout(timer);
}

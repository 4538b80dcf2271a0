import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { BelayError } from '../domain/errors.ts';
import { boundToThisProcess } from './tools.ts';

export interface CommandOptions {
  cwd?: string;
  /** Written to the command's standard input. */
  input?: Buffer;
  signal?: AbortSignal | undefined;
  /** Called once it runs, with its process id. */
  onStart?: (pid: number) => void;
  /** Lines of standard error that are expected and not worth keeping. */
  ignore?: RegExp;
}

export interface CommandResult {
  exitCode: number;
  /** The first lines that it wrote to standard error and that were not ignored. */
  complaints: string[];
}

const MAX_COMPLAINTS = 5;

// Messages in English, whatever the administrator's language: they are read by `failure`.
const environment = () => ({ ...process.env, LC_ALL: 'C' });

function keepComplaints(child: ChildProcess, ignore: RegExp | undefined): string[] {
  const complaints: string[] = [];
  let rest = '';
  const take = (line: string) => {
    if (line !== '' && complaints.length < MAX_COMPLAINTS && !ignore?.test(line)) complaints.push(line);
  };
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = (lines.pop() ?? '').slice(0, 10_000);
    lines.forEach(take);
  });
  child.stderr?.on('end', () => take(rest));
  return complaints;
}

function settled(child: ChildProcess, name: string, signal: AbortSignal | undefined): Promise<number> {
  return new Promise((resolve, reject) => {
    // The child has gone when this settles, so that a repeat does not meet it.
    const kill = () => child.kill('SIGTERM');
    signal?.addEventListener('abort', kill, { once: true });
    child.once('error', (error: NodeJS.ErrnoException) => {
      signal?.removeEventListener('abort', kill);
      reject(new BelayError('internal', whyNotStarted(name, error.code), { cause: error }));
    });
    child.once('close', (code) => {
      signal?.removeEventListener('abort', kill);
      if (signal?.aborted) reject(interruption(signal));
      else resolve(code ?? 128);
    });
  });
}

function whyNotStarted(name: string, code = 'unknown error'): string {
  if (code === 'ENOENT') return `The command ${name} is not installed.`;
  if (code === 'EMFILE' || code === 'ENFILE') return `There is no file descriptor left to run ${name} with.`;
  return `The command ${name} cannot be started (${code}).`;
}

/** Where not even its streams could be made, the child has none, whatever the types say. */
export const noDescriptorFor = (name: string): BelayError => new BelayError('internal', whyNotStarted(name, 'EMFILE'));

function interruption(signal: AbortSignal): unknown {
  if (signal.reason instanceof BelayError) return signal.reason;
  return new BelayError('interrupted', 'The copy was interrupted.', { cause: signal.reason });
}

/** Throws `interrupted` where the signal has been aborted. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw interruption(signal);
}

/** Runs a command to its end, without a shell. Rejects where it cannot be run or the signal aborts. */
export async function runCommand(name: string, args: string[], options: CommandOptions = {}): Promise<CommandResult> {
  const [program, programArgs] = await boundToThisProcess(name, args);
  throwIfAborted(options.signal);
  const child = spawn(program, programArgs, {
    cwd: options.cwd,
    env: environment(),
    stdio: [options.input ? 'pipe' : 'ignore', 'ignore', 'pipe'],
  });
  const complaints = keepComplaints(child, options.ignore);
  if (child.pid !== undefined) options.onStart?.(child.pid);
  child.stdin?.on('error', () => {}); // it ended early: its exit code tells
  child.stdin?.end(options.input);
  return { exitCode: await settled(child, name, options.signal), complaints };
}

/**
 * Runs a command and yields its output as records that end in NUL, in batches, one byte to a character
 * (latin1), because file names need not be valid in any encoding. Throws when the command fails for another
 * reason than those ignored.
 */
export async function* commandRecords(
  name: string,
  args: string[],
  options: CommandOptions = {},
): AsyncGenerator<string[]> {
  throwIfAborted(options.signal);
  const child = spawn(name, args, { cwd: options.cwd, env: environment(), stdio: ['ignore', 'pipe', 'pipe'] });
  const complaints = keepComplaints(child, options.ignore);
  const end = settled(child, name, options.signal);
  end.catch(() => {}); // awaited below, unless the reader leaves early
  try {
    let rest = '';
    // Without a file descriptor there is no stream: `end` says so.
    const output: Readable | undefined = child.stdout;
    for await (const chunk of output?.setEncoding('latin1') ?? []) {
      const records = (rest + chunk).split('\0');
      rest = records.pop() ?? '';
      if (records.length > 0) yield records;
    }
    const exitCode = await end;
    const isExpected = options.ignore !== undefined && complaints.length === 0;
    if (exitCode !== 0 && !isExpected) throw failure('reading the data', complaints);
  } finally {
    child.kill('SIGTERM');
  }
}

const REASONS: [RegExp, 'no-space' | 'refused', string, string][] = [
  [/No space left on device|Disk quota exceeded/, 'no-space', 'no space is left', 'Free some space and try again.'],
  [/Permission denied|Operation not permitted/, 'refused', 'permission is denied', 'Run the daemon as root.'],
  [/Read-only file system/, 'refused', 'the file system is read-only', 'Remount it writable and try again.'],
];

/** What a failed command means, in one sentence, by the messages that the C library gives. */
export function failure(doing: string, complaints: string[]): BelayError {
  for (const [pattern, code, words, hint] of REASONS) {
    if (!complaints.some((line) => pattern.test(line))) continue;
    return new BelayError(code, `While ${doing}, ${words}.`, { hint, details: { output: complaints } });
  }
  const said = complaints[0] ?? 'the command ended without a word';
  return new BelayError('internal', `While ${doing}, something failed: ${said}`, { details: { output: complaints } });
}

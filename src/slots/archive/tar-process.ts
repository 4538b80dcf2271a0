import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { BelayError } from '../../domain/errors.ts';
import { failure, noDescriptorFor } from '../command.ts';

const MAX_COMPLAINTS = 5;
const BATCH_BYTES = 256 << 10;

/** A socket is nothing without the process that listens on it: it is left out. */
const EXPECTED = /: socket ignored$/;

interface Running<Stream> {
  stream: Stream;
  /** Resolves when it has ended well; rejects with what it complained of. */
  ended: Promise<void>;
  kill(): void;
}

function run(
  args: string[],
  cwd: string,
  doing: string,
  stdin: 'ignore' | 'pipe',
): { child: ChildProcess; ended: Promise<void> } {
  const child = spawn('tar', args, {
    cwd,
    env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' },
    stdio: [stdin, stdin === 'pipe' ? 'ignore' : 'pipe', 'pipe'],
  });
  const complaints: string[] = [];
  let rest = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = (lines.pop() ?? '').slice(0, 10_000);
    for (const line of lines) if (!EXPECTED.test(line) && complaints.length < MAX_COMPLAINTS) complaints.push(line);
  });
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', (cause: NodeJS.ErrnoException) => {
      const words = cause.code === 'ENOENT' ? 'The command tar is not installed.' : cause.message;
      reject(new BelayError('refused', words, { hint: 'Install GNU tar, then type the command again.', cause }));
    });
    child.once('close', (code) =>
      code === 0 && complaints.length === 0 ? resolve() : reject(failure(doing, complaints)),
    );
  });
  ended.catch(() => {}); // looked at when its stream has been dealt with
  if (!child.stderr) throw noDescriptorFor('tar');
  return { child, ended };
}

/**
 * Reads a tree with GNU tar, which knows holes, attributes, ACLs and times to the nanosecond. Names begin
 * with `./`; a tree that is a single file has its own name.
 */
export function readWithTar(directory: string, member: string): Running<Readable> {
  const args = ['--create', '--file=-', '--format=posix', '--pax-option=delete=atime,delete=ctime', '--sparse'];
  args.push(
    '--hole-detection=seek',
    '--xattrs',
    '--xattrs-include=*',
    '--acls',
    '--numeric-owner',
    '--blocking-factor=512',
  );
  const { child, ended } = run([...args, '--', member], directory, `archiving ${directory}`, 'ignore');
  return { stream: child.stdout as Readable, ended, kill: () => child.kill('SIGKILL') };
}

/** Unpacks into a directory what is written to its stream. It gets nothing but what Belay has written itself. */
export function writeWithTar(directory: string): Running<Writable> {
  const args = [
    '--extract',
    '--file=-',
    '--numeric-owner',
    '--same-owner',
    '--same-permissions',
    '--xattrs',
    '--warning=no-timestamp',
  ];
  args.push('--xattrs-include=*', '--acls', '--delay-directory-restore', '--blocking-factor=512');
  const { child, ended } = run(args, directory, `unpacking to ${directory}`, 'pipe');
  const stream = child.stdin as Writable;
  stream.on('error', () => {}); // it ended early: `ended` says why
  return { stream, ended, kill: () => child.kill('SIGKILL') };
}

/** Writes in large pieces, and waits where the other side is slower. */
export class PatientWriter {
  readonly #stream: Writable;
  readonly #ended: Promise<void>;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;

  constructor(stream: Writable, ended: Promise<void>) {
    this.#stream = stream;
    this.#ended = ended;
  }

  async write(chunk: Buffer): Promise<void> {
    this.#waiting.push(chunk);
    this.#waitingBytes += chunk.length;
    if (this.#waitingBytes >= BATCH_BYTES) await this.#pass();
  }

  async end(last: Buffer): Promise<void> {
    this.#waiting.push(last);
    await this.#pass();
    this.#stream.end();
    await this.#ended;
  }

  async #pass(): Promise<void> {
    const batch = Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#waitingBytes = 0;
    // Where it has ended early, `ended` says why.
    if (this.#stream.destroyed || this.#stream.write(batch)) return;
    await Promise.race([once(this.#stream, 'drain').catch(() => {}), this.#ended]);
  }
}

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { TestContext } from 'vitest';

/** The built demo, as `npm run demo` runs it. */
export const DIST = resolve(import.meta.dirname, '../../dist');

export interface DemoRun {
  child: ChildProcess;
  /** Where it keeps everything. */
  temporary: string;
  output(): string;
  /** Resolves with the exit code when it has ended. */
  ended: Promise<number | null>;
}

/** A directory that goes when the test has ended. */
export function temporaryDirectory({ onTestFinished }: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'demo-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Runs the demo without a terminal, in a temporary directory of its own and on that engine. */
export function runDemo(
  context: TestContext,
  options: { dockerHost?: string; args?: string[]; dist?: string } = {},
): DemoRun {
  const temporary = temporaryDirectory(context);
  const { NODE_OPTIONS: _, ...inherited } = process.env;
  const dockerHost = options.dockerHost ?? `unix://${join(temporary, 'absent.sock')}`;
  const child = spawn(process.execPath, [join(options.dist ?? DIST, 'demo.js'), ...(options.args ?? [])], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...inherited, TMPDIR: temporary, DOCKER_HOST: dockerHost },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const ended = once(child, 'close').then(([code]) => code as number | null);
  context.onTestFinished(async () => {
    if (child.kill('SIGTERM')) await ended;
  });
  return { child, temporary, output: () => output, ended };
}

/** What a run has left: files, and processes that were started with its temporary directory. */
export function leftOver({ temporary }: DemoRun): string[] {
  const processes = process.platform === 'linux' ? readdirSync('/proc').filter((name) => /^\d+$/.test(name)) : [];
  const own = processes.filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`TMPDIR=${temporary}`);
    } catch {
      return false;
    }
  });
  return [...readdirSync(temporary), ...own.map((pid) => `process ${pid}`)];
}

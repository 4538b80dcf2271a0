import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { askEngine } from '../../../src/demo/private-engine/engine-api.ts';
import { TestBelay } from '../../support/belay.ts';
import type { TestSshd } from '../../support/sshd.ts';
import { Screen } from '../screen.ts';

const BUILD = process.env['BELAY_TEST_BUILD'] ?? resolve(import.meta.dirname, '../../..');
const PROGRAM = join(BUILD, 'dist/belay.js');
const LAB = join(BUILD, 'dist/lab.js');
/** To be imported by a shell before anything else. */
export const FROZEN_CLOCK = join(import.meta.dirname, 'frozen-clock.mjs');
const ROWS = 24;
const PATIENCE_MS = 60_000;
const PROMPT = /^\[admin@\w+\]> $/;

/** The embedded engine with its sample appliance, a daemon, and the shipped shell on a terminal. */
export class TaskWorld {
  // The path is on the screen: always the same length.
  private readonly directory = mkdtempSync('/tmp/belay-tasks-');
  private readonly socket = join(this.directory, 'engine.sock');
  private readonly belay = new TestBelay(`unix://${this.socket}`, PROGRAM);
  private lab: ChildProcess | null = null;
  private screens: Screen[] = [];

  async open(): Promise<void> {
    const args = [LAB, '--root', join(this.directory, 'lab'), '--socket', this.socket, '--seed'];
    const { NODE_OPTIONS: _, ...env } = process.env;
    const lab = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], env });
    this.lab = lab;
    await new Promise<void>((ready, failed) => {
      lab.stdout.on('data', (text: Buffer) => text.includes('lab ready') && ready());
      lab.once('exit', () => failed(new Error('The embedded engine has ended.')));
    });
    await this.belay.start();
    await this.isHealthy();
  }

  /** How long the appliance has been up by then depends on how busy the machine is; what is shown must not. */
  private async isHealthy(): Promise<void> {
    for (let waitedMs = 0; waitedMs < 60_000; waitedMs += 100) {
      const containers = await askEngine<{ Status: string }[]>(this.socket, '/containers/json');
      if (containers.length > 0 && containers.every(({ Status }) => Status.includes('(healthy)'))) return;
      await new Promise((done) => setTimeout(done, 100));
    }
    throw new Error('The appliance of the embedded engine does not become healthy.');
  }

  /** What a session's environment says, however it begins. */
  settings(): Record<string, string> {
    const { home, socket } = this.belay;
    const state = join(this.directory, 'state');
    const dockerHost = `unix://${this.socket}`;
    return { BELAY_HOME: home, BELAY_SOCKET: socket, DOCKER_HOST: dockerHost, XDG_STATE_HOME: state, TZ: 'UTC' };
  }

  /** A session at its first prompt. */
  session(columns: number): Promise<Screen> {
    const options = { NODE_OPTIONS: `--import=${FROZEN_CLOCK}`, SUDO_USER: 'admin' };
    const { CI: _, NO_COLOR: __, ...env } = this.belay.env({ ...this.settings(), ...options });
    return this.begun(new Screen(process.execPath, [PROGRAM], { columns, rows: ROWS, env }));
  }

  /** The same for whoever logs in. */
  sessionOver(sshd: TestSshd, columns: number): Promise<Screen> {
    const env = { PATH: process.env['PATH'] };
    return this.begun(new Screen('ssh', [...sshd.options, sshd.destination], { columns, rows: ROWS, env }));
  }

  private async begun(screen: Screen): Promise<Screen> {
    this.screens.push(screen);
    await screen.until(
      () => PROMPT.test(screen.beforeCursor()) && screen.lines().length > 1,
      'the greeting',
      PATIENCE_MS,
    );
    return screen;
  }

  async close(): Promise<void> {
    for (const screen of this.screens) screen.kill();
    await this.belay.close();
    if (this.lab?.exitCode === null) {
      this.lab.kill('SIGTERM');
      await once(this.lab, 'exit');
    }
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** Types a line, answers its question if there is one, and waits for the next prompt. */
export async function task(screen: Screen, line: string, answer?: string): Promise<void> {
  const before = screen.lines().length;
  screen.type(`${line}\r`);
  if (answer !== undefined) {
    await screen.until(() => screen.beforeCursor().endsWith('(no) '), `the question of ${line}`, PATIENCE_MS);
    screen.type(`${answer}\r`);
  }
  const isBack = (): boolean =>
    screen.hasTakenEnter && PROMPT.test(screen.beforeCursor()) && screen.lines().length > before;
  await screen.until(isBack, `the prompt behind ${line}`, PATIENCE_MS);
}

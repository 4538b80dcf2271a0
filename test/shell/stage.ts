import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { bundleShell } from './bundle.ts';
import { FakeDaemon, type FakeDaemonOptions } from './fake-daemon.ts';
import { type Rewraps, Screen } from './screen.ts';

export interface Size {
  columns: number;
  rows: number;
  rewraps?: Rewraps;
}

/** The real shell on pseudo-terminals in front of a scripted daemon, one of each per test. */
export class Stage {
  folder = '';
  environment: NodeJS.ProcessEnv = {};
  program = '';
  private running: FakeDaemon | null = null;
  private screens: Screen[] = [];
  private readonly options: Partial<FakeDaemonOptions>;

  /** Puts everything up and away around the tests of a file. */
  constructor(options: Partial<FakeDaemonOptions> = {}) {
    this.options = options;
    beforeAll(async () => {
      this.folder = await mkdtemp(join(tmpdir(), 'belay-session-'));
      this.program = await bundleShell(join(this.folder, 'program'));
    });
    afterAll(() => rm(this.folder, { recursive: true }));
    beforeEach(async () => {
      await this.startDaemon(this.options);
      // In CI Ink would draw nothing: here there is a terminal.
      this.environment = {
        PATH: process.env['PATH'],
        HOME: this.folder,
        XDG_STATE_HOME: join(this.folder, 'state'),
        BELAY_SOCKET: join(this.folder, 'sock'),
      };
    });
    afterEach(async () => {
      for (const screen of this.screens) screen.kill();
      this.screens = [];
      await this.running?.stop();
      await rm(join(this.folder, 'state'), { recursive: true, force: true });
    });
  }

  get daemon(): FakeDaemon {
    if (!this.running) throw new Error('Only inside a test.');
    return this.running;
  }

  /** Another one, in the place of the one that runs. */
  async replaceDaemon(options: Partial<FakeDaemonOptions>): Promise<void> {
    await this.daemon.stop();
    await this.startDaemon({ ...this.options, ...options });
  }

  /** Ends it with the test. */
  watch(screen: Screen): void {
    this.screens.push(screen);
  }

  open(size: Size = { columns: 80, rows: 24 }, args: string[] = []): Screen {
    const screen = new Screen(process.execPath, [this.program, ...args], { ...size, env: this.environment });
    this.screens.push(screen);
    return screen;
  }

  async openAtPrompt(size?: Size): Promise<Screen> {
    const screen = this.open(size);
    await screen.untilShown('acme runs ');
    await screen.untilShown('[admin@acme]>');
    await screen.untilPrompt();
    return screen;
  }

  private async startDaemon(options: Partial<FakeDaemonOptions>): Promise<void> {
    const scripts = { '2.2.0': 'fails its gate' } as const;
    const socketPath = join(this.folder, 'sock');
    this.running = new FakeDaemon({ socketPath, stepMs: 60, scripts, adopted: true, ...options });
    await this.running.start();
  }
}

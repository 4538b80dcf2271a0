import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CANARIES, passedThrough } from '../canaries.ts';
import { FakeDaemon } from '../fake-daemon.ts';
import { type Rewraps, Screen } from '../screen.ts';
import { nextInput, randomOf } from './random-input.ts';

export interface FuzzOptions {
  program: string;
  /** How many inputs: keys, words, pastes, resizes. */
  count: number;
  seed: number;
  say(line: string): void;
}

/** So many inputs are sent before the shell has to answer for itself. */
const ROUND = 200;
/** After so many, the shell gets time to do what they say: what comes behind an Enter waits, and Ctrl-C drops it. */
const BREATH = 10;
const BREATH_MS = 20;
/** It has done all when it has written nothing for so long. */
const QUIET_MS = 80;
const LONGEST_MS = 2_000;
/** What it writes last. */
const LEFT = '\x1b[?2004l';
const SESSION = 5_000;
const PATIENCE_MS = 30_000;

/**
 * Sends random input to a shell on a terminal, in front of a daemon whose every word is hostile, and asks after each
 * round whether it still answers. Null where nothing is wrong; otherwise what is.
 */
export async function fuzz({ program, count, seed, say }: FuzzOptions): Promise<string | null> {
  const folder = await mkdtemp(join(tmpdir(), 'belay-fuzz-'));
  const socketPath = join(folder, 'sock');
  const daemon = new FakeDaemon({ socketPath, stepMs: 20, scripts: { '2.2.0': 'fails its gate' }, adopted: true });
  daemon.taint = (text) => `${text}${CANARIES[text.length % CANARIES.length]}`;
  await daemon.start();
  const random = randomOf(seed);
  try {
    for (let sent = 0; sent < count; ) {
      const rewraps: Rewraps = random() < 0.5 ? 'all' : 'nothing';
      const session = new FuzzedSession(program, folder, socketPath, rewraps);
      const { typed, found } = await session.run(Math.min(count - sent, SESSION), random);
      sent += typed;
      if (found !== null) return found;
      say(`${sent} of ${count}`);
    }
    return null;
  } finally {
    await daemon.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** One shell, started by `sh` so that the state of the terminal can be read before and after it. */
class FuzzedSession {
  private readonly screen: Screen;
  private readonly folder: string;
  /** `q` and Enter is `quit`: it may leave at any time, as long as it leaves well. */
  private hasLeft = false;

  constructor(program: string, folder: string, socketPath: string, rewraps: Rewraps) {
    this.folder = folder;
    const script = 'stty -g > "$1/before"; "$2" "$3"; echo "$?" > "$1/code"; stty -g > "$1/after"';
    const env = {
      PATH: process.env['PATH'],
      HOME: folder,
      XDG_STATE_HOME: join(folder, 'state'),
      BELAY_HOME: join(folder, 'home'),
      BELAY_SOCKET: socketPath,
    };
    const args = ['-c', script, 'sh', folder, process.execPath, program];
    this.screen = new Screen('/bin/sh', args, { columns: 80, rows: 24, env, rewraps });
    void this.screen.exited.then(() => {
      this.hasLeft = true;
    });
  }

  async run(count: number, random: () => number): Promise<{ typed: number; found: string | null }> {
    const { screen } = this;
    let typed = 0;
    try {
      await screen.untilShown(']>');
      for (; typed < count && !this.hasLeft; typed++) {
        const input = nextInput(random);
        if (input.kind === 'resize') screen.resize(input.columns, input.rows);
        else screen.type(input.keys);
        if (typed % BREATH === BREATH - 1) await pause(BREATH_MS);
        if (typed % ROUND === ROUND - 1) {
          await this.quiet();
          await this.answers(String(typed));
        }
        // From there on it is the terminal itself that echoes what is typed.
        const [shown = '', ...rest] = screen.written.split(LEFT);
        if (rest.length > 0) this.hasLeft = true;
        const raw = passedThrough(shown);
        if (raw !== null)
          return { typed, found: `What came from outside reached the terminal: ${JSON.stringify(raw)}` };
        screen.written = screen.written.slice(-4096);
      }
      await this.quiet();
      await this.answers('end');
      return { typed, found: await this.left() };
    } catch (thrown) {
      return { typed, found: (thrown as Error).message };
    } finally {
      screen.kill();
    }
  }

  private async quiet(): Promise<void> {
    for (let waitedMs = 0; waitedMs < LONGEST_MS; waitedMs += QUIET_MS) {
      const { written } = this.screen;
      await pause(QUIET_MS);
      if (this.screen.written === written) return;
    }
  }

  /** Leaves whatever is open and sees whether a line can still be typed: `marker` has to be echoed at a prompt. */
  private async answers(marker: string): Promise<void> {
    const { screen } = this;
    const typed = `mark${marker}`;
    screen.type('\x1b[201~');
    const deadline = Date.now() + PATIENCE_MS;
    while (Date.now() < deadline && !this.hasLeft) {
      screen.type('\x03');
      await pause(60);
      screen.type(typed);
      const shown = (): boolean => screen.beforeCursor().endsWith(`> ${typed}`);
      await screen.until(shown, 'the echo', 1_000).catch(() => {});
      if (!shown()) continue;
      screen.type('\x15');
      return;
    }
    if (this.hasLeft) return;
    throw new Error(`The shell does not answer any more. The screen:\n${screen.lines().slice(-30).join('\n')}`);
  }

  /** Leaves the shell, which must end well and put the terminal back. */
  private async left(): Promise<string | null> {
    if (!this.hasLeft) this.screen.type('\x15exit\r');
    await this.screen.exited;
    const read = async (name: string): Promise<string> => (await readFile(join(this.folder, name), 'utf8')).trim();
    const code = await read('code');
    if (code !== '0') return `The shell ended with ${code}:\n${this.screen.lines().slice(-30).join('\n')}`;
    return (await read('before')) === (await read('after')) ? null : 'The terminal is not as it was.';
  }
}

const pause = (durationMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, durationMs));

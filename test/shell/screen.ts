import { type IPty, spawn } from '@lydell/node-pty';
import xterm from '@xterm/headless';

const PATIENCE_MS = 20_000;
const PROMPT_OR_QUESTION = /^\[\w+@|\(no\) $/;
const PROMPT_ENDS = '\x1b[G\x1b[?25h';

/** What a terminal breaks anew when it becomes narrower: most do all, xterm and PuTTY nothing, browsers' not where the cursor is. */
export type Rewraps = 'all' | 'nothing' | 'all but the line with the cursor';

/** A program on a real pseudo-terminal, and the screen that a person would see. */
export class Screen {
  /** Everything that the program wrote. */
  written = '';
  /** With its code, when all that it wrote is on the screen. */
  readonly exited: Promise<number>;
  private readonly pty: IPty;
  private readonly terminal;
  /** As much of `written` as the screen shows already. */
  private drawn = '';
  /** Where in it the prompt was at which Enter was typed last; -1 where it never was. */
  private enteredAt = -1;
  private awaited: { text: string; since: number; seen: (atMs: number) => void } | null = null;

  constructor(
    program: string,
    args: readonly string[],
    options: { columns: number; rows: number; env: NodeJS.ProcessEnv; rewraps?: Rewraps },
  ) {
    const { columns: cols, rows, env, rewraps = 'all' } = options;
    const reflowCursorLine = rewraps === 'all';
    const windowsPty = rewraps === 'nothing' ? ({ backend: 'conpty', buildNumber: 1 } as const) : {};
    const common = { allowProposedApi: true, scrollback: 5000 };
    this.terminal = new xterm.Terminal({ cols, rows, ...common, reflowCursorLine, windowsPty });
    this.terminal.onData((answer) => this.pty.write(answer));
    this.pty = spawn(program, [...args], {
      cols,
      rows,
      env: { ...env, TERM: 'xterm-256color' } as Record<string, string>,
    });
    this.pty.onData((data) => {
      this.written += data;
      const { awaited } = this;
      if (awaited && this.written.includes(awaited.text, awaited.since)) awaited.seen(performance.now());
      this.terminal.write(data, () => {
        this.drawn += data;
      });
    });
    this.exited = new Promise((resolve) =>
      this.pty.onExit(({ exitCode }) => this.terminal.write('', () => resolve(exitCode))),
    );
  }

  /** Of the program. */
  get pid(): number {
    return this.pty.pid;
  }

  type(keys: string): void {
    if (keys.endsWith('\r') && PROMPT_OR_QUESTION.test(this.beforeCursor())) this.enteredAt = this.drawn.length;
    this.pty.write(keys);
  }

  /** When `text` is written, by `performance.now()`, of what the program writes from now on. */
  writes(text: string): Promise<number> {
    return new Promise((seen, vain) => {
      this.awaited = { text, since: this.written.length, seen };
      setTimeout(() => vain(new Error(`Waited in vain for ${JSON.stringify(text)}.`)), PATIENCE_MS).unref();
    });
  }

  resize(columns: number, rows: number): void {
    this.terminal.resize(columns, rows);
    this.pty.resize(columns, rows);
  }

  kill(): void {
    this.pty.kill('SIGKILL');
  }

  /** What closing the window does. */
  hangUp(): void {
    this.pty.kill('SIGHUP');
  }

  /** All lines since the beginning, without the empty ones at the end. */
  lines(): string[] {
    const { buffer, cols } = this.terminal;
    const rowAt = (row: number): string => buffer.active.getLine(row)?.translateToString(true, 0, cols) ?? '';
    const lines = Array.from({ length: buffer.active.length }, (_, row) => rowAt(row));
    while (lines.at(-1) === '') lines.pop();
    return lines;
  }

  /** The line with the cursor, up to the cursor. */
  beforeCursor(): string {
    const { active } = this.terminal.buffer;
    return active.getLine(active.baseY + active.cursorY)?.translateToString(false, 0, active.cursorX) ?? '';
  }

  async until(condition: () => boolean, what: string, patienceMs = PATIENCE_MS): Promise<void> {
    const deadline = Date.now() + patienceMs;
    while (!condition()) {
      if (Date.now() > deadline) throw new Error(`Waited in vain for ${what}. The screen:\n${this.lines().join('\n')}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  async untilShown(text: string): Promise<void> {
    await this.until(() => this.lines().some((line) => line.includes(text)), JSON.stringify(text));
  }

  /** Whether the prompt at which Enter was typed last has gone: the next one is another. */
  get hasTakenEnter(): boolean {
    return this.enteredAt < 0 || this.drawn.indexOf(PROMPT_ENDS, this.enteredAt) >= 0;
  }

  async untilPrompt(typed = ''): Promise<void> {
    await this.until(
      () =>
        (typed !== '' || this.hasTakenEnter) &&
        /^\[\w+@[\w.-]+\](\([\w: -]+\))?> $/.test(
          this.beforeCursor().slice(0, this.beforeCursor().length - typed.length),
        ) &&
        this.beforeCursor().endsWith(typed),
      `the prompt with ${JSON.stringify(typed)}`,
    );
  }
}

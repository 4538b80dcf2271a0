import { type IPty, spawn } from '@lydell/node-pty';
import xterm from '@xterm/headless';

const PATIENCE_MS = 10_000;

/** A program on a real pseudo-terminal, and the screen that a person would see. */
export class Screen {
  /** Everything that the program wrote. */
  written = '';
  readonly exited: Promise<number>;
  private readonly pty: IPty;
  private readonly terminal;
  private awaited: { text: string; since: number; seen: (atMs: number) => void } | null = null;

  constructor(
    program: string,
    args: readonly string[],
    options: { columns: number; rows: number; env: NodeJS.ProcessEnv },
  ) {
    const { columns: cols, rows, env } = options;
    // Most terminals break the line with the cursor anew when they become narrower; this one only when told to.
    const reflowCursorLine = true;
    this.terminal = new xterm.Terminal({ cols, rows, allowProposedApi: true, scrollback: 5000, reflowCursorLine });
    this.pty = spawn(program, [...args], {
      cols,
      rows,
      env: { ...env, TERM: 'xterm-256color' } as Record<string, string>,
    });
    this.pty.onData((data) => {
      this.written += data;
      const { awaited } = this;
      if (awaited && this.written.includes(awaited.text, awaited.since)) awaited.seen(performance.now());
      this.terminal.write(data);
    });
    this.exited = new Promise((resolve) => this.pty.onExit(({ exitCode }) => resolve(exitCode)));
  }

  /** Of the program. */
  get pid(): number {
    return this.pty.pid;
  }

  type(keys: string): void {
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
    const { active } = this.terminal.buffer;
    const lines = Array.from({ length: active.length }, (_, row) => active.getLine(row)?.translateToString(true) ?? '');
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

  async untilPrompt(typed = ''): Promise<void> {
    await this.until(
      () =>
        /^\[\w+@[\w.-]+\](\([\w: -]+\))?> $/.test(
          this.beforeCursor().slice(0, this.beforeCursor().length - typed.length),
        ) && this.beforeCursor().endsWith(typed),
      `the prompt with ${JSON.stringify(typed)}`,
    );
  }
}

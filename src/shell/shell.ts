import { DOING } from '../api/contract/doing.ts';
import { type ExitCode, exitCode } from './failure.ts';
import type { Foreground } from './foreground.ts';
import type { Assistance } from './line/assistance.ts';
import type { HiddenLine } from './line/hidden-line.ts';
import { History, historyPath } from './line/history.ts';
import { type OpenPrompt, readLine } from './line/prompt.ts';
import { askYesNo } from './line/question.ts';
import { withoutSecrets } from './line/secrets.ts';
import { Terminal } from './line/terminal.ts';
import { createOutput, type Output } from './output.ts';
import { printable } from './printable.ts';
import type { Session } from './session.ts';
import { initialSettings, type TerminalSettings } from './terminal-settings.ts';
import { widthOf } from './width.ts';

export interface ShellOptions {
  /** Sees to it that a daemon runs and gives the path of its socket. */
  connect: () => Promise<string>;
  user: string;
  /** Null: the only one there is, if there is only one. */
  appliance: string | null;
  environment: NodeJS.ProcessEnv;
}

/** The interactive session, until `exit` or the end of input. Resolves with the process's exit code. */
export async function runShell(options: ShellOptions): Promise<ExitCode> {
  const terminal = new Terminal(process);
  terminal.start();
  const shell = new Shell({ ...options, user: printable(options.user) }, terminal);
  try {
    return await shell.run();
  } finally {
    await shell.end();
    terminal.stop();
  }
}

/** Keys that were typed before the first prompt are drawn before anything else is loaded. */
const LOADING_DELAY_MS = 10;

/**
 * The prompt, drawn before there is anything behind it: the commands, the client and the monitor (`session.ts`) take
 * as long to load as everything else, and are needed only where a line is finished, TAB or `?` is typed.
 */
class Shell implements Foreground {
  readonly output: Output;
  private readonly options: ShellOptions;
  readonly terminal: Terminal;
  readonly settings: TerminalSettings;
  private readonly kept: History;
  private readonly assistance: Assistance;
  private loading: Promise<Session> | null = null;
  private session: Session | null = null;
  private open: OpenPrompt | null = null;
  private above: ((lines: readonly string[]) => void) | null = null;
  /** What happened while a command was running. */
  private news: string[] = [];
  private over = false;

  constructor(options: ShellOptions, terminal: Terminal) {
    this.options = options;
    this.terminal = terminal;
    this.settings = initialSettings(options.environment);
    this.output = createOutput(process, options.environment, 'stdout', this.settings);
    this.kept = new History(historyPath(options.environment));
    this.assistance = {
      history: this.kept.lines,
      complete: async (before, signal) => (await this.load()).assistance.complete(before, signal),
      help: async (before, signal) => (await this.load()).assistance.help(before, signal),
    };
  }

  async run(): Promise<ExitCode> {
    this.kept.load();
    while (!this.over) {
      this.tellNews();
      const result = await readLine(this.terminal, {
        text: () => this.promptText(),
        paint: this.output.paint,
        assistance: this.assistance,
        onOpen: (open) => {
          this.open = open;
          if (!this.loading) setTimeout(() => this.prepare(), LOADING_DELAY_MS);
        },
      });
      this.open = null;
      if (result.outcome === 'end') break;
      if (result.outcome === 'line') await this.runLine(result.line);
    }
    return exitCode.done;
  }

  async end(): Promise<void> {
    this.over = true;
    this.output.lines(this.session?.end() ?? []);
    await this.kept.flush();
  }

  get history(): readonly string[] {
    return this.kept.lines;
  }

  promptColumns(): number {
    return widthOf(this.promptText());
  }

  say(line: string): void {
    if (this.open) this.open.printAbove([line]);
    else this.output.lines([line]);
  }

  tell(lines: readonly string[]): void {
    if (this.open) this.open.printAbove(lines);
    else if (this.above) this.above(lines);
    else this.news.push(...lines);
  }

  tellNews(): void {
    this.output.lines(this.news);
    this.news = [];
  }

  ask(question: string): Promise<'yes' | 'no' | 'interrupted'> {
    return askYesNo(this.terminal, question);
  }

  async askHidden(question: string): Promise<HiddenLine> {
    return (await import('./line/hidden-line.ts')).readHiddenLine(this.terminal, question);
  }

  redraw(): void {
    this.open?.redraw();
  }

  setAbove(printAbove: ((lines: readonly string[]) => void) | null): void {
    this.above = printAbove;
  }

  leave(): void {
    this.over = true;
  }

  private prepare(): void {
    if (!this.over) void this.load();
  }

  /** What stands behind the prompt, loaded once. */
  private load(): Promise<Session> {
    this.loading ??= import('./session.ts').then(({ Session }) => {
      const session = new Session(this.options, this);
      this.session = session;
      if (!this.over) session.greet();
      return session;
    });
    return this.loading;
  }

  private promptText(): string {
    const { paint } = this.output;
    const { promptName, state, unconfirmed } = this.session ?? {
      promptName: this.options.appliance,
      state: null,
      unconfirmed: null,
    };
    const waits = unconfirmed === null ? 'running' : `unconfirmed ${unconfirmed}`;
    const mark = state === 'running' ? waits : state;
    const shown = mark === null || mark === 'running' || promptName === null ? '' : `(${mark})`;
    const calm = ['running', ...Object.values<string>(DOING)].includes(state ?? '');
    const colour = calm ? paint.accent : paint.bad;
    return `[${this.options.user}@${paint.strong(promptName ?? 'belay')}]${colour(shown)}> `;
  }

  private async runLine(line: string): Promise<void> {
    this.kept.add(withoutSecrets(line));
    const interruption = new AbortController();
    const ignore = this.terminal.onInterrupt(() => interruption.abort());
    try {
      await (await this.load()).runLine(line, interruption.signal);
    } finally {
      ignore();
    }
  }
}

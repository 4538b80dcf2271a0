import type { Client } from '../api/client/client.ts';
import { createUnixClient } from '../api/client/unix-client.ts';
import { announced } from './announce.ts';
import { createAssistance } from './assist.ts';
import { execute, failureLines, type Surroundings } from './execute.ts';
import { type ExitCode, exitCode, toFailure } from './failure.ts';
import { History, historyPath } from './history.ts';
import { Monitor } from './monitor.ts';
import { createOutput, type Output } from './output.ts';
import { parse } from './parse.ts';
import { printable } from './printable.ts';
import type { OpenPrompt } from './prompt.ts';
import { registry } from './registry.ts';
import { Terminal } from './terminal.ts';
import { attentionLines } from './views/system.ts';
import { widthOf, wrap } from './width.ts';

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
  const session = new Session({ ...options, user: printable(options.user) }, terminal);
  try {
    return await session.run();
  } finally {
    await session.end();
    terminal.stop();
  }
}

const GREETING_DELAY_MS = 10;

class Session {
  private readonly options: ShellOptions;
  private readonly terminal: Terminal;
  private readonly output: Output;
  private readonly history: History;
  private client: Client;
  private monitor: Monitor | null = null;
  private appliance: string | null;
  private socketPath = '';
  private over = false;
  private readonly ending = new AbortController();
  private greeted = false;
  private beginning: Promise<void> | null = null;
  private open: OpenPrompt | null = null;
  /** What happened while a command was running. */
  private news: string[] = [];

  constructor(options: ShellOptions, terminal: Terminal) {
    this.options = options;
    this.terminal = terminal;
    this.appliance = options.appliance;
    this.output = createOutput(process, options.environment, 'stdout');
    this.history = new History(historyPath(options.environment));
    this.client = this.createClient();
  }

  async run(): Promise<ExitCode> {
    const [{ readLine }] = await Promise.all([import('./prompt.ts'), this.history.load()]);
    while (!this.over) {
      this.tellNews();
      const result = await readLine(this.terminal, {
        text: () => this.promptText(),
        paint: this.output.paint,
        assistance: createAssistance({
          grammar: registry,
          client: () => this.client,
          output: this.output,
          indent: () => widthOf(this.promptText()),
          history: this.history.lines,
        }),
        onOpen: (open) => {
          this.open = open;
          // Finding the daemon loads the HTTP client: keys that wait already are drawn before that.
          if (!this.greeted) setTimeout(() => this.greet(), GREETING_DELAY_MS);
        },
      });
      this.open = null;
      if (result.outcome === 'end') break;
      if (result.outcome === 'line') await this.runLine(result.line);
    }
    return exitCode.done;
  }

  async end(): Promise<void> {
    this.ending.abort();
    this.monitor?.stop();
    await this.history.flush();
  }

  /** At the first prompt, above it: what there is, or why nothing is found. */
  private greet(): void {
    this.greeted = true;
    if (this.ending.signal.aborted) return;
    this.begin().catch((thrown: unknown) => {
      if (!this.ending.signal.aborted) this.tell(failureLines(toFailure(thrown), this.output));
    });
  }

  /** Finds the daemon and the appliance, once; after a failure the next command tries again. */
  private begin(): Promise<void> {
    this.beginning ??= this.find().catch((thrown: unknown) => {
      this.beginning = null;
      throw thrown;
    });
    return this.beginning;
  }

  private async find(): Promise<void> {
    const known = await this.client.appliances(this.ending.signal);
    if (this.ending.signal.aborted) return;
    const { strong } = this.output.paint;
    if (this.appliance === null && known.length === 1) this.appliance = known[0]?.name ?? null;
    if (known.length === 0) {
      this.tell([
        `Belay looks after nothing yet. Next: ${strong('show containers')}, then ${strong('adopt CONTAINER')}`,
      ]);
    } else if (this.appliance === null) {
      this.tell([`There are several appliances. Next: ${strong('use appliance NAME')}`]);
    }
    this.listen();
    this.open?.redraw();
  }

  private createClient(connect = announced(this.options.connect, (line) => this.say(line))): Client {
    return createUnixClient({
      connect: async () => {
        this.socketPath = await connect();
        return this.socketPath;
      },
      user: this.options.user,
      appliance: this.appliance,
      clean: printable,
    });
  }

  /** Begins to watch the appliance that the session is in. */
  private listen(): void {
    this.monitor?.stop();
    this.client = this.createClient();
    let warned = false;
    this.monitor = new Monitor({
      client: this.createClient(async () => this.socketPath),
      user: this.options.user,
      appliance: this.appliance,
      onNotice: (line) => this.tell(wrap(`— ${line}`, this.output.width).map(this.output.paint.accent)),
      onState: () => {
        const attention = this.monitor?.attention ?? [];
        if (!warned && attention.length > 0) this.tell(attentionLines(attention, this.output));
        warned = true;
        this.open?.redraw();
      },
    });
    this.monitor.start();
  }

  /** Now, whether or not a prompt is open. */
  private say(line: string): void {
    if (this.open) this.open.printAbove([line]);
    else this.output.lines([line]);
  }

  /** Above the prompt; while a command runs it waits for the next one. */
  private tell(lines: readonly string[]): void {
    if (this.open) this.open.printAbove(lines);
    else this.news.push(...lines);
  }

  private tellNews(): void {
    this.output.lines(this.news);
    this.news = [];
  }

  private promptText(): string {
    const { paint } = this.output;
    const state = this.monitor?.state ?? 'running';
    const shown = state === 'running' || this.appliance === null ? '' : `(${state})`;
    const colour = state === 'upgrading' || state === 'rolling-back' ? paint.accent : paint.bad;
    return `[${this.options.user}@${paint.strong(this.appliance ?? 'belay')}]${colour(shown)}> `;
  }

  private async runLine(line: string): Promise<void> {
    this.history.add(line);
    const interruption = new AbortController();
    const ignore = this.terminal.onInterrupt(() => interruption.abort());
    try {
      // Where this fails, so will the command, and say why.
      await Promise.race([this.begin().catch(() => {}), aborted(interruption.signal)]);
      this.tellNews();
      this.monitor?.setBusy(true);
      const indent = widthOf(this.promptText());
      await execute({ line, indent, signal: interruption.signal }, this.surroundings());
    } finally {
      ignore();
      this.monitor?.setBusy(false);
      if (parse(registry, line).outcome === 'command') void this.monitor?.refresh();
    }
  }

  private surroundings(): Surroundings {
    return {
      grammar: registry,
      client: () => this.client,
      output: this.output,
      ask: async (question) => (await import('./question.ts')).askYesNo(this.terminal, question),
      follow: (operation, { json, signal }) => this.follow(operation, json, signal),
      history: () => this.history.lines,
      appliance: () => this.appliance,
      enterAppliance: (name) => {
        if (name === this.appliance) return;
        this.appliance = name;
        this.listen();
        this.monitor?.setBusy(true);
      },
      leave: () => {
        this.over = true;
      },
    };
  }

  private async follow(
    operation: Parameters<Surroundings['follow']>[0],
    json: boolean,
    signal: AbortSignal,
  ): Promise<ExitCode> {
    const { showOperation } = await import('./show-operation.ts');
    this.monitor?.setFollowed(operation.id, true);
    const { client, output } = this;
    const code = await showOperation({
      client,
      operation,
      output,
      stdout: process.stdout,
      signal,
      json,
      nowMs: Date.now,
    });
    if (code === exitCode.interrupted) this.monitor?.setFollowed(operation.id, false);
    else await this.monitor?.refresh();
    return code;
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));

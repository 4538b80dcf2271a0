import type { Client } from '../api/client/client.ts';
import { createUnixClient } from '../api/client/unix-client.ts';
import type { OperationView } from '../api/contract/operation-views.ts';
import type { SystemView } from '../api/contract/system-views.ts';
import { announced } from './announce.ts';
import { execute, failureLines, type Shown, type Surroundings } from './execute.ts';
import { type ExitCode, exitCode, toFailure } from './failure.ts';
import { type Foreground, showAnswer } from './foreground.ts';
import { parse } from './grammar/parse.ts';
import { createAssistance } from './line/assist.ts';
import type { Assistance } from './line/assistance.ts';
import { endWhenIdle } from './line/idle.ts';
import { LiveValues } from './line/live-values.ts';
import { showOperation } from './live/show-operation.ts';
import { WaitingLine } from './live/waiting-line.ts';
import { Monitor } from './monitor.ts';
import { printable } from './printable.ts';
import { registry } from './registry.ts';
import { farewellLines } from './views/greeting.ts';
import { attentionLines } from './views/system.ts';
import { welcomeLines } from './welcome.ts';
import { fitted, wrap } from './width.ts';

export interface SessionOptions {
  /** Sees to it that a daemon runs and gives the path of its socket. */
  connect: () => Promise<string>;
  user: string;
  /** Null: the only one there is, if there is only one. */
  appliance: string | null;
  environment: NodeJS.ProcessEnv;
}

/** What stands behind the prompt: it finds the daemon, watches the appliance, and runs the lines that are typed. */
export class Session {
  readonly assistance: Assistance;
  private readonly options: SessionOptions;
  private readonly front: Foreground;
  private readonly ending = new AbortController();
  private client: Client;
  private monitor: Monitor | null = null;
  private current: string | null;
  private readonly values = new LiveValues();
  private socketPath = '';
  private isUsed = false;
  private beginning: Promise<void> | null = null;
  private readonly stopIdling: () => void;
  private readonly waiting: WaitingLine;

  constructor(options: SessionOptions, front: Foreground) {
    this.options = options;
    this.front = front;
    this.current = options.appliance;
    this.waiting = new WaitingLine(front.output, (text) => process.stdout.write(text));
    this.client = this.createClient();
    this.stopIdling = endWhenIdle(front.terminal, front.settings, (line) => front.say(line));
    this.assistance = createAssistance({
      grammar: registry,
      client: () => this.client,
      output: front.output,
      indent: () => front.promptColumns(),
      history: front.history,
      values: this.values,
    });
  }

  /** The one that commands are about. */
  get appliance(): string | null {
    return this.current;
  }

  /** What the prompt calls it: the vendor's word, where there is one. */
  get promptName(): string | null {
    return this.monitor?.promptName ?? this.current;
  }

  /** The appliance's; null until it is known. */
  get state(): SystemView['state'] | null {
    return this.monitor?.state ?? null;
  }

  /** What is left until the release goes back that nobody has confirmed, as in `9:32`; null where none does. */
  get unconfirmed(): string | null {
    return this.monitor?.unconfirmed.text ?? null;
  }

  /** Says above the prompt what there is, or why nothing is found. */
  greet(): void {
    this.begin().catch((thrown: unknown) => {
      if (!this.ending.signal.aborted) this.front.tell(failureLines(toFailure(thrown), this.front.output));
    });
  }

  /** Runs a line that was typed at the prompt, and says what comes of it. */
  async runLine(line: string, signal: AbortSignal): Promise<void> {
    try {
      this.waiting.start();
      // Where this fails, so will the command, and say why.
      await Promise.race([this.begin().catch(() => {}), aborted(signal)]);
      this.isUsed ||= line.trim() !== '';
      this.front.tellNews();
      this.monitor?.setBusy(true);
      await execute({ line, indent: this.front.promptColumns(), signal }, this.surroundings());
    } finally {
      this.waiting.stop();
      this.values.forget();
      this.monitor?.setBusy(false);
      if (parse(registry, line).outcome === 'command') void this.monitor?.refresh();
    }
  }

  /** Ends the session; what its user should know who leaves. */
  end(): string[] {
    const running = this.monitor?.running ?? null;
    this.ending.abort();
    this.stopIdling();
    this.monitor?.stop();
    return farewellLines(running, this.front.output);
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
    if (this.current === null && known.length === 1) this.current = known[0]?.name ?? null;
    this.listen();
    this.front.redraw();
    void this.welcome(known.length);
  }

  /** Who has typed a command meanwhile knows what they came for. */
  private async welcome(count: number): Promise<void> {
    const { client, current: appliance } = this;
    const { output } = this.front;
    const { environment } = this.options;
    const lines = await welcomeLines({ client, appliance, count, environment, output, signal: this.ending.signal });
    if (!this.isUsed) this.front.tell(fitted(lines, output.width));
  }

  private say(line: string): void {
    this.waiting.stop();
    this.front.say(line);
  }

  private createClient(connect = announced(this.options.connect, (line) => this.say(line))): Client {
    return createUnixClient({
      connect: async () => {
        this.socketPath = await connect();
        return this.socketPath;
      },
      user: this.options.user,
      appliance: this.current,
      clean: printable,
    });
  }

  /** Begins to watch the appliance that the session is in. */
  private listen(): void {
    const { output } = this.front;
    this.monitor?.stop();
    this.client = this.createClient();
    let warned = false;
    this.monitor = new Monitor({
      client: this.createClient(async () => this.socketPath),
      user: this.options.user,
      appliance: this.current,
      onNotice: (line) => {
        this.waiting.stop();
        if (this.front.settings.monitor) this.front.tell(wrap(`— ${line}`, output.width).map(output.paint.accent));
      },
      onState: () => {
        const attention = this.monitor?.attention ?? [];
        if (!warned && attention.length > 0) this.front.tell(attentionLines(attention, output));
        warned = true;
        this.front.redraw();
      },
      onTick: () => this.front.redraw(),
    });
    this.monitor.start();
  }

  private surroundings(): Surroundings {
    const { history } = this.front;
    const { waiting } = this;
    return {
      grammar: registry,
      client: () => this.client,
      output: waiting.output,
      ask: (question) => {
        waiting.stop();
        return this.front.ask(question).finally(() => waiting.start());
      },
      secrets: {
        ask: (question) => {
          waiting.stop();
          return this.front.askHidden(question).finally(() => waiting.start());
        },
      },
      page: (lines) => {
        waiting.stop();
        return showAnswer(lines, this.front);
      },
      follow: (operation, shown) => {
        waiting.stop();
        return this.follow(operation, shown);
      },
      history: () => history,
      appliance: () => this.current,
      enterAppliance: (name) => {
        if (name === this.current) return;
        this.current = name;
        this.listen();
        this.monitor?.setBusy(true);
      },
      settings: this.front.settings,
      leave: () => this.front.leave(),
    };
  }

  private async follow(operation: OperationView, shown: Shown): Promise<ExitCode> {
    this.monitor?.follow(operation);
    const { client } = this;
    const { stdout } = process;
    const onAbove = this.front.setAbove.bind(this.front);
    const rewraps = (): boolean => this.front.terminal.rewraps;
    const code = await showOperation({ client, operation, stdout, ...shown, onAbove, rewraps, nowMs: Date.now });
    if (code === exitCode.interrupted) this.monitor?.detach(operation);
    else await this.monitor?.refresh();
    return code;
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

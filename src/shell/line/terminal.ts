import { PassThrough } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { CursorReports } from './cursor-report.ts';
import { endsFeed, isInterrupt, KeyReader, splitUnits } from './keys.ts';

/** A lone Escape waits so long to see whether it begins a paste. */
const ESCAPE_MS = 40;
const MAX_QUEUED_CHARACTERS = 1024 * 1024;

/** The keys for one prompt. After Enter, TAB and `?` nothing more comes until `next`. */
export interface PromptKeys {
  stream: PassThrough;
  next(): void;
  /** Ctrl-C while keys were waiting: they are gone, and it does not reach the stream. */
  onInterrupt(handler: () => void): void;
  /** Keys that were not for this one: they wait for the next. */
  giveBack(keys: string): void;
  close(): void;
}

export interface TerminalStreams {
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
}

/**
 * The one owner of standard input for as long as a session lasts. Keys go to the prompt that is open;
 * without one they wait for the next, except Ctrl-C, which interrupts and drops what was waiting.
 */
export class Terminal {
  private readonly stdin: NodeJS.ReadStream;
  private readonly stdout: NodeJS.WriteStream;
  private readonly decoder = new StringDecoder('utf8');
  private readonly reader = new KeyReader();
  private readonly reports = new CursorReports();
  private readonly interruptHandlers = new Set<() => void>();
  private units: string[] = [];
  private open: { stream: PassThrough; waiting: boolean; interrupt: (() => void) | null } | null = null;
  private holding: NodeJS.Timeout | null = null;
  private started = false;
  private ended = false;
  private lastKeyMs = performance.now();
  /** Whether a resize breaks lines anew: true until the cursor has shown otherwise. */
  rewraps = true;

  constructor({ stdin, stdout }: TerminalStreams) {
    this.stdin = stdin;
    this.stdout = stdout;
  }

  /** Raw mode and bracketed paste, until `stop` or the end of the process. */
  start(): void {
    if (this.started) return;
    this.started = true;
    this.takeOver();
    this.stdin.on('data', this.onData);
    this.stdin.once('end', this.onEnd);
    this.stdin.once('error', this.onEnd);
    this.stdin.resume();
    process.on('exit', this.stop);
    process.on('SIGINT', this.interrupt);
    process.on('SIGCONT', this.takeOver);
    for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, this.onKilled);
  }

  readonly stop = (): void => {
    if (!this.started) return;
    this.started = false;
    this.stdin.off('data', this.onData);
    this.stdin.off('end', this.onEnd);
    this.stdin.off('error', this.onEnd);
    process.off('exit', this.stop);
    process.off('SIGINT', this.interrupt);
    process.off('SIGCONT', this.takeOver);
    for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.off(signal, this.onKilled);
    if (this.holding) clearTimeout(this.holding);
    this.stdin.pause();
    try {
      this.stdin.setRawMode(false);
      this.stdout.write('\x1b[?2004l\x1b[?25h');
    } catch {
      // The terminal may be gone already; then there is nothing to put right.
    }
  };

  /** One prompt at a time. */
  openKeys(): PromptKeys {
    if (this.open) throw new Error('Another prompt is open.');
    const open = { stream: new PassThrough(), waiting: false, interrupt: null as (() => void) | null };
    this.open = open;
    // The prompt attaches its listeners first.
    setImmediate(() => this.feed());
    return {
      stream: open.stream,
      next: () => {
        open.waiting = false;
        setImmediate(() => this.feed());
      },
      onInterrupt: (handler) => {
        open.interrupt = handler;
      },
      giveBack: (keys) => {
        this.units.unshift(...splitUnits(keys));
      },
      close: () => {
        if (this.open === open) this.open = null;
        open.stream.destroy();
      },
    };
  }

  /** Calls the handler at Ctrl-C while no prompt is open. Returns the way to stop that. */
  onInterrupt(handler: () => void): () => void {
    this.interruptHandlers.add(handler);
    return () => this.interruptHandlers.delete(handler);
  }

  /** Calls the handler when the window changes its size. Returns the way to stop that. */
  onResize(handler: () => void): () => void {
    this.stdout.on('resize', handler);
    return () => this.stdout.off('resize', handler);
  }

  /** Whether a prompt or a page is open and has nothing to do. */
  get isWaitingForKeys(): boolean {
    return this.open !== null && !this.open.waiting;
  }

  /** How long ago the last key came. */
  get idleMs(): number {
    return performance.now() - this.lastKeyMs;
  }

  /** As if the other end had gone: what is open ends, and so does every prompt after it. */
  hangUp(): void {
    this.onEnd();
  }

  /** Keys that came while nothing wanted any. */
  get hasWaitingKeys(): boolean {
    return this.units.length > 0;
  }

  get columns(): number {
    return this.stdout.columns || 80;
  }

  get rows(): number {
    return this.stdout.rows || 24;
  }

  write(text: string): void {
    this.stdout.write(text);
  }

  /** Where the cursor is, zero-based; null where the terminal does not say so. */
  cursorColumn(): Promise<number | null> {
    return this.reports.ask((question) => this.write(question));
  }

  private readonly takeOver = (): void => {
    this.stdin.setRawMode(true);
    this.stdout.write('\x1b[?2004h');
  };

  private readonly onKilled = (signal: NodeJS.Signals): void => {
    this.stop();
    process.exit(signal === 'SIGHUP' ? 129 : 143);
  };

  private readonly onEnd = (): void => {
    this.ended = true;
    this.feed();
  };

  private readonly onData = (bytes: Buffer): void => {
    this.lastKeyMs = performance.now();
    if (this.holding) clearTimeout(this.holding);
    this.take(this.reader.read(this.reports.take(this.decoder.write(bytes))));
    if (this.reader.isHolding) this.holding = setTimeout(() => this.take(this.reader.flush()), ESCAPE_MS);
  };

  private take(keys: readonly string[]): void {
    for (const key of keys) {
      if (isInterrupt(key)) this.interrupt();
      else if (this.units.length < MAX_QUEUED_CHARACTERS) this.units.push(...splitUnits(key));
    }
    this.feed();
  }

  private readonly interrupt = (): void => {
    if (this.open && !this.open.waiting) {
      this.feed();
      if (this.open && !this.open.waiting) {
        // What comes behind it is for the next prompt.
        this.open.waiting = true;
        this.open.stream.write('\x03');
        return;
      }
    }
    this.units = [];
    if (this.open) this.open.interrupt?.();
    else for (const handler of [...this.interruptHandlers]) handler();
  };

  private feed(): void {
    while (this.open && !this.open.waiting && this.units.length > 0) {
      const unit = this.units.shift() as string;
      this.open.waiting = endsFeed(unit);
      this.open.stream.write(unit);
    }
    if (this.ended && this.units.length === 0 && this.open && !this.open.waiting) this.open.stream.end();
  }
}

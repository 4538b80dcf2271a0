import type { EventEmitter } from 'node:events';
import type { Candidate } from '../command.ts';
import type { Paint } from '../paint.ts';
import { Menu } from './menu.ts';
import type { PromptScreen } from './prompt-screen.ts';
import type { PromptKeys, Terminal } from './terminal.ts';

export interface Completion {
  /** The line before the cursor is replaced from here. */
  from: number;
  /** What all candidates have in common. */
  text: string;
  decided: boolean;
  candidates: Candidate[];
  problem: string | null;
}

/** What helps while a line is typed. */
export interface Assistance {
  complete(before: string, signal: AbortSignal): Promise<Completion>;
  /** The lines for `?`. */
  help(before: string, signal: AbortSignal): Promise<string[]>;
  /** Lines typed before, oldest first. */
  history: readonly string[];
}

export type LineResult = { outcome: 'line'; line: string } | { outcome: 'interrupted' } | { outcome: 'end' };

export interface EditorConfig {
  text: () => string;
  paint: Paint;
  assistance: Assistance | null;
  terminal: Terminal;
  screen: PromptScreen;
  keys: PromptKeys;
  redraw(): void;
  done(result: LineResult): void;
}

export interface Key {
  name?: string;
  ctrl?: boolean;
  shift?: boolean;
  meta?: boolean;
  sequence?: string;
}

/** Readline has done its own with a key before the editor sees it: its line may need putting right. */
export interface Readline extends EventEmitter {
  line: string;
  cursor: number;
}

const isEnter = ({ name }: Key): boolean => name === 'return' || name === 'enter';

/** One line while it is typed: completion, help, history and the menu on top of readline's own editing. */
export class LineEditor {
  private readonly config: EditorConfig;
  private readline: Readline | null = null;
  /** As they were before the last key: Enter empties readline's. */
  private line = '';
  private cursor = 0;
  private quoteNext = false;
  /** The last key was a TAB that could not decide: the next one opens the menu. */
  private armed = false;
  /** Place in the history, counted from its end; 0 is the line being typed. */
  private back = 0;
  private draft = '';
  /** TAB or `?` that waits for the daemon. */
  private asking: AbortController | null = null;
  private menu: Menu | null = null;
  private note = '';
  /** Drawn behind the line when it is over. */
  private trace = '';
  private over = false;

  constructor(config: EditorConfig) {
    this.config = config;
  }

  /** Listens to readline in the ways that inquirer does not. Returns the way to stop what outlives it. */
  attach(readline: Readline): () => void {
    const { keys, screen, terminal, redraw } = this.config;
    this.readline = readline;
    readline.removeAllListeners('SIGINT');
    readline.on('SIGINT', this.interrupt);
    readline.on('close', () => this.finish({ outcome: 'end' }));
    keys.onInterrupt(this.interrupt);
    return terminal.onResize(() => {
      screen.clearForRedraw();
      redraw();
    });
  }

  /** The prompt with the line, and what stands below it. */
  draw(): [string, string] {
    const { paint, terminal } = this.config;
    const below = this.menu?.lines(terminal.columns, terminal.rows - 2, paint).join('\n') ?? paint.faint(this.note);
    return [this.config.text() + this.line + this.trace, below];
  }

  press(key: Key): void {
    if (this.over) return;
    this.note = '';
    if (this.menu && this.pressInMenu(key, this.menu)) return;
    const quoted = this.quoteNext;
    this.quoteNext = key.ctrl === true && key.name === 'v';
    if (this.quoteNext) return;
    const asks = (key.name === 'tab' && !key.shift && !key.meta) || (key.sequence === '?' && !quoted);
    if (!asks) this.armed = false;
    if (isEnter(key)) this.finish({ outcome: 'line', line: this.line });
    else if (asks && key.name === 'tab') this.complete();
    else if (asks) this.help();
    else if (key.name === 'up' || (key.ctrl && key.name === 'p')) this.recall(1);
    else if (key.name === 'down' || (key.ctrl && key.name === 'n')) this.recall(-1);
    else this.remember();
  }

  private readonly interrupt = (): void => this.finish({ outcome: 'interrupted' });

  private finish(result: LineResult): void {
    if (this.over) return;
    this.over = true;
    this.asking?.abort();
    this.menu = null;
    this.note = '';
    this.trace = result.outcome === 'interrupted' ? '^C' : '';
    this.config.redraw();
    this.config.done(result);
  }

  private remember(): void {
    this.line = this.readline?.line ?? '';
    this.cursor = this.readline?.cursor ?? 0;
    this.config.redraw();
  }

  private replace(line: string, cursor = line.length): void {
    if (this.readline) Object.assign(this.readline, { line, cursor });
    this.remember();
  }

  /** Takes back what readline made of a key that was not for it. */
  private restore(): void {
    this.replace(this.line, this.cursor);
  }

  private insert(from: number, text: string, decided: boolean): void {
    const after = this.line.slice(this.cursor);
    const gap = decided && !after.startsWith(' ') ? ' ' : '';
    const before = this.line.slice(0, from) + text + gap;
    this.replace(before + after, before.length);
  }

  /** Asks the daemon while the following keys wait. */
  private async ask<Answer>(question: (signal: AbortSignal) => Promise<Answer>, use: (answer: Answer) => void) {
    const asking = new AbortController();
    this.asking = asking;
    const answer = await question(asking.signal).catch(() => null);
    this.asking = null;
    if (this.over) return;
    if (answer !== null) use(answer);
    this.config.keys.next();
  }

  private complete(): void {
    const { assistance, keys } = this.config;
    this.restore();
    const before = this.line.slice(0, this.cursor);
    if (!assistance) keys.next();
    else
      void this.ask(
        (signal) => assistance.complete(before, signal),
        (offer) => this.apply(offer, before),
      );
  }

  private apply(offer: Completion, before: string): void {
    const typed = before.slice(offer.from);
    const grows = offer.text !== typed && offer.text.length >= typed.length;
    const several = offer.candidates.length > 1;
    if (offer.candidates.length > 0 && offer.text !== '' && (offer.decided || grows)) {
      this.insert(offer.from, offer.text, offer.decided);
    } else if (several && this.armed) {
      this.menu = new Menu(offer.candidates, offer.from);
    } else if (!several) {
      this.note = offer.problem ?? 'Nothing fits here. Press ? for help.';
    }
    this.armed = several;
    this.config.redraw();
  }

  private help(): void {
    const { assistance, keys, paint, screen, text } = this.config;
    this.restore();
    const before = this.line.slice(0, this.cursor);
    const shown = text() + this.line + paint.faint('?');
    if (!assistance) keys.next();
    else
      void this.ask(
        (signal) => assistance.help(before, signal),
        (lines) => screen.printAbove([shown, ...lines]),
      );
  }

  private recall(step: 1 | -1): void {
    const history = this.config.assistance?.history ?? [];
    const back = Math.min(history.length, Math.max(0, this.back + step));
    if (this.back === 0) this.draft = this.line;
    if (back === this.back) this.restore();
    else this.replace(back === 0 ? this.draft : (history.at(-back) ?? ''));
    this.back = back;
  }

  /** True where the key was the menu's; any other closes it and counts as typed. */
  private pressInMenu(key: Key, menu: Menu): boolean {
    const moves = key.name === 'tab' || key.name === 'down' || key.name === 'up';
    if (moves) menu.move(key.name === 'up' || key.shift ? -1 : 1);
    else this.menu = null;
    if (isEnter(key)) this.insert(menu.from, menu.chosenText(), true);
    else if (moves || key.name === 'escape') this.restore();
    else return false;
    if (isEnter(key) || (key.name === 'tab' && !key.shift)) this.config.keys.next();
    return true;
  }
}

import type { Paint } from '../paint.ts';
import type { Assistance, Completion } from './assistance.ts';
import { EditedLine, type Readline } from './edited-line.ts';
import { isEnter, isEscape, type Key, searchKeyOf } from './key.ts';
import { Menu } from './menu.ts';
import type { PromptScreen } from './prompt-screen.ts';
import { Recall } from './recall.ts';
import type { PromptKeys, Terminal } from './terminal.ts';

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

/** One line while it is typed: completion, help, history and the menu on top of readline's own editing. */
export class LineEditor {
  private readonly config: EditorConfig;
  private readonly line = new EditedLine();
  private quoteNext = false;
  /** The last key was a TAB that could not decide: the next one opens the menu. */
  private armed = false;
  private readonly recall: Recall;
  /** TAB or `?` that waits for the daemon. */
  private asking: AbortController | null = null;
  private menu: Menu | null = null;
  private note = '';
  /** Drawn behind the line when it is over. */
  private trace = '';
  private over = false;

  constructor(config: EditorConfig) {
    this.config = config;
    this.recall = new Recall(config.assistance?.history ?? []);
  }

  /** Listens to readline in the ways that inquirer does not. Returns the way to stop what outlives it. */
  attach(readline: Readline): () => void {
    const { keys, screen, terminal, redraw } = this.config;
    this.line.attach(readline);
    readline.removeAllListeners('SIGINT');
    readline.on('SIGINT', this.interrupt);
    readline.on('close', () => this.finish({ outcome: 'end' }));
    keys.onInterrupt(this.interrupt);
    return terminal.onResize(() => {
      screen.resized();
      redraw();
    });
  }

  /** The prompt with the line, and what stands below it. */
  draw(): [string, string] {
    const { paint, terminal } = this.config;
    if (this.recall.isSearching) {
      const found = this.recall.found ?? '';
      return [`${this.config.text()}${found}\n${paint.faint('search, Ctrl-R for older:')} ${this.line.text}`, ''];
    }
    const below = this.menu?.lines(terminal.columns, terminal.rows - 2, paint).join('\n') ?? paint.faint(this.note);
    return [this.config.text() + this.line.text + this.trace, below];
  }

  press(key: Key): void {
    if (this.over) return;
    this.note = '';
    if (this.menu && this.pressInMenu(key, this.menu)) return;
    if (this.recall.isSearching && this.pressInSearch(key)) return;
    const quoted = this.quoteNext;
    this.quoteNext = key.ctrl === true && key.name === 'v';
    if (this.quoteNext) return;
    const asks = (key.name === 'tab' && !key.shift && !key.meta) || (key.sequence === '?' && !quoted);
    if (!asks) this.armed = false;
    if (isEnter(key)) this.finish({ outcome: 'line', line: this.line.text });
    else if (asks && key.name === 'tab') this.complete();
    else if (asks) this.help();
    else if (key.name === 'up' || (key.ctrl && key.name === 'p')) this.goBack(1);
    else if (key.name === 'down' || (key.ctrl && key.name === 'n')) this.goBack(-1);
    else if (key.ctrl && key.name === 'r' && this.config.assistance) this.search();
    else if (key.ctrl && key.name === 'l') this.config.screen.clear();
    else this.remember();
  }

  private readonly interrupt = (): void => this.finish({ outcome: 'interrupted' });

  private finish(result: LineResult): void {
    if (this.over) return;
    this.over = true;
    this.asking?.abort();
    this.menu = null;
    if (this.recall.isSearching) this.line.text = this.recall.endSearch('dropped');
    this.note = '';
    this.trace = result.outcome === 'interrupted' ? '^C' : '';
    this.config.redraw();
    this.config.done(result);
  }

  private remember(): void {
    this.line.remember();
    this.config.redraw();
  }

  private replace(line: string): void {
    this.line.replace(line);
    this.config.redraw();
  }

  private restore(): void {
    this.line.restore();
    this.config.redraw();
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
    const before = this.line.before;
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
      this.line.insert(offer.from, offer.text, offer.decided);
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
    const before = this.line.before;
    const shown = text() + this.line.text + paint.faint('?');
    if (!assistance) keys.next();
    else
      void this.ask(
        (signal) => assistance.help(before, signal),
        (lines) => screen.printAbove([shown, ...lines]),
      );
  }

  private goBack(by: 1 | -1): void {
    const line = this.recall.step(by, this.line.text);
    if (line === null) this.restore();
    else this.replace(line);
  }

  /** From here on what is typed is looked for. */
  private search(): void {
    this.recall.beginSearch(this.line.text);
    this.replace('');
  }

  /** True where the key was the search's; any other takes what was found and counts as typed. */
  private pressInSearch(key: Key): boolean {
    const does = searchKeyOf(key);
    if (does === 'older') this.line.restore();
    if (does === 'edits') this.line.remember();
    if (does === 'older' || does === 'edits') this.recall.look(this.line.text, does === 'older');
    else this.line.replace(this.recall.endSearch(does === 'drops' ? 'dropped' : 'taken'));
    this.config.redraw();
    if (key.sequence === '?' || key.name === 'tab') this.config.keys.next();
    return does !== 'takes' || key.name === 'tab' || isEscape(key);
  }

  /** True where the key was the menu's; any other closes it and counts as typed. */
  private pressInMenu(key: Key, menu: Menu): boolean {
    const moves = key.name === 'tab' || key.name === 'down' || key.name === 'up';
    if (moves) menu.move(key.name === 'up' || key.shift ? -1 : 1);
    else this.menu = null;
    if (isEnter(key)) this.line.insert(menu.from, menu.chosenText(), true);
    else if (moves || isEscape(key)) this.line.restore();
    else return false;
    this.config.redraw();
    if (isEnter(key) || (key.name === 'tab' && !key.shift)) this.config.keys.next();
    return true;
  }
}

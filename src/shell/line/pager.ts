import type { Paint } from '../paint.ts';
import { matcher, withoutColours } from '../pipes/pattern.ts';
import { cut } from '../width.ts';
import { ESCAPE } from './keys.ts';
import { BACK, BOTTOM, DOWN, FORWARD, LEAVE, SEARCH, TOP, UP } from './pager-keys.ts';
import { screenRows } from './screen-rows.ts';
import type { PromptKeys, Terminal } from './terminal.ts';

export interface PagerOptions {
  terminal: Terminal;
  paint: Paint;
  /** Lines of a page with the line that says where one is; 0 never stops, null is the height of the screen. */
  length: number | null;
  columns(): number;
}

/** Shows lines, page by page where they are more than fit. Resolves when they have been shown or left. */
export async function showPages(lines: readonly string[], options: PagerOptions): Promise<void> {
  const { terminal, length, columns } = options;
  const print = (): void => terminal.write(lines.map((line) => `${line}\n`).join(''));
  const height = (length ?? terminal.rows) - 1;
  // Who has typed ahead does not want to be asked; nor does who has said so.
  if (length === 0 || terminal.hasWaitingKeys) return print();
  if (lines.length <= height && lines.flatMap((line) => screenRows(line, columns())).length <= height) return print();
  const keys = terminal.openKeys();
  const pager = new Pager(lines, options, keys);
  try {
    await pager.run();
  } finally {
    keys.close();
  }
}

/**
 * Shows what was not seen yet below what was, so that it scrolls away like any other output; going back, searching
 * and a resize draw the screen anew.
 */
class Pager {
  private readonly lines: readonly string[];
  private readonly options: PagerOptions;
  private readonly keys: PromptKeys;
  /** The lines as rows of the screen at its present width, and where each line begins. */
  private rows: string[] = [];
  private starts: number[] = [];
  /** The first row on the screen, and the one below the last. */
  private top = 0;
  private next = 0;
  /** What is being typed behind `/`; null where nothing is. */
  private asked: string | null = null;
  private matches: ((line: string) => boolean) | null = null;
  /** The line found last, which need not be at the top: the end may be near. Null where one has moved since. */
  private found: number | null = null;
  private note = '';
  private leave = (): void => {};

  constructor(lines: readonly string[], options: PagerOptions, keys: PromptKeys) {
    this.lines = lines;
    this.options = options;
    this.keys = keys;
    this.layOut();
  }

  run(): Promise<void> {
    const { terminal } = this.options;
    return new Promise((resolve) => {
      const ignore = terminal.onResize(() => this.resized());
      let over = false;
      this.leave = () => {
        if (over) return;
        over = true;
        ignore();
        terminal.write('\r\x1b[K');
        resolve();
      };
      let handling = Promise.resolve();
      this.keys.onInterrupt(() => this.leave());
      this.keys.stream.on('data', (unit: Buffer) => {
        handling = handling.then(async () => {
          const pressed = unit.toString('utf8');
          const single = pressed.startsWith('\x1b') ? [pressed] : [...pressed];
          for (const [position, key] of single.entries()) {
            // Blanks and Enters that came after the end were meant for more of it.
            if (over)
              return this.keys.giveBack(
                single
                  .slice(position)
                  .join('')
                  .replace(/^[ \r\n]+/, ''),
              );
            await this.press(key);
          }
          this.keys.next();
        });
      });
      this.keys.stream.once('end', () => this.leave());
      this.forward(this.height);
    });
  }

  /** Rows of text on a page. */
  private get height(): number {
    return Math.max(1, (this.options.length ?? this.options.terminal.rows) - 1);
  }

  private layOut(): void {
    this.rows = [];
    this.starts = [];
    for (const line of this.lines) {
      this.starts.push(this.rows.length);
      for (const row of screenRows(line, this.options.columns())) this.rows.push(row);
    }
  }

  private async press(key: string): Promise<void> {
    this.note = '';
    if (this.asked !== null) return this.pressInSearch(key);
    if (!SEARCH.has(key)) this.found = null;
    if (LEAVE.has(key)) return this.leave();
    if (FORWARD.has(key)) return this.forward(this.height);
    if (key === 'd') return this.forward(Math.ceil(this.height / 2));
    if (DOWN.has(key)) return this.forward(1);
    if (BACK.has(key)) return this.show(this.top - this.height);
    if (UP.has(key)) return this.show(this.top - 1);
    if (TOP.has(key)) return this.show(0);
    if (BOTTOM.has(key)) return this.show(this.rows.length - this.height);
    if (key === 'n' || key === 'N') return this.find(key === 'n' ? 1 : -1);
    if (key === '/') this.asked = '';
    else if (!key.startsWith('\x1b')) this.note = 'space, Enter, b, /, n, g, G, q';
    this.status();
  }

  private forward(count: number): void {
    const end = Math.min(this.rows.length, this.next + count);
    this.write(`\r\x1b[K${this.text(this.next, end)}`);
    this.next = end;
    this.top = Math.max(0, end - this.height);
    if (end >= this.rows.length) this.leave();
    else this.status();
  }

  /** Draws the screen with this row at its top. The end is shown, and not left. */
  private show(row: number): void {
    const height = Math.min(this.height, this.options.terminal.rows - 1);
    this.top = Math.max(0, Math.min(row, this.rows.length - height));
    this.next = Math.min(this.rows.length, this.top + height);
    this.write(`\x1b[H\x1b[J${this.text(this.top, this.next)}`);
    this.status();
  }

  private text(first: number, end: number): string {
    const { found, starts } = this;
    const from = found === null ? -1 : (starts[found] ?? -1);
    const to = found === null ? -1 : (starts[found + 1] ?? this.rows.length);
    return this.rows
      .slice(first, end)
      .map((row, place) => (first + place >= from && first + place < to ? this.marked(row) : row))
      .map((row) => `${row}\x1b[0m\n`)
      .join('');
  }

  private marked(row: string): string {
    return this.options.paint.chosen(withoutColours(row));
  }

  private status(): void {
    const { paint } = this.options;
    const percent = Math.floor((this.next / this.rows.length) * 100);
    const where = `-- ${this.next} of ${this.rows.length} (${percent} %) -- `;
    const words = this.note || 'space, Enter, b, /, q';
    const text = this.asked === null ? cut(where + words, this.options.columns() - 1) : `/${this.asked}`;
    this.write(`\r\x1b[K${this.asked === null ? paint.chosen(text) : text}`);
  }

  private async pressInSearch(key: string): Promise<void> {
    const asked = this.asked ?? '';
    if (key === '\r' || key === '\n') return this.search(asked);
    if (key === '\x03' || key === ESCAPE) this.asked = null;
    else if (key === '\x7f' || key === '\b') this.asked = asked === '' ? null : [...asked].slice(0, -1).join('');
    else if (key === '\x15') this.asked = '';
    else if (!/^[\x00-\x1f\x7f]/.test(key)) this.asked = `${asked}${key}`.slice(0, 200);
    this.status();
  }

  private async search(asked: string): Promise<void> {
    this.asked = null;
    try {
      if (asked !== '') this.matches = await matcher(asked);
      this.find(1);
    } catch (thrown) {
      this.note = (thrown as Error).message;
      this.status();
    }
  }

  /** To the next line, or the one before, that matches. */
  private find(step: 1 | -1): void {
    const { matches } = this;
    const here = this.found ?? this.starts.findLastIndex((start) => start <= this.top);
    let line = here + step;
    while (matches && line >= 0 && line < this.lines.length && !matches(this.lines[line] ?? '')) line += step;
    const start = matches ? this.starts[line] : undefined;
    if (start !== undefined) {
      this.found = line;
      this.show(start);
    } else {
      this.note = matches ? 'Not found.' : 'Type / and what to look for.';
      this.status();
    }
  }

  private resized(): void {
    const line = this.starts.findLastIndex((start) => start <= this.top);
    this.layOut();
    this.show(this.starts[line] ?? 0);
  }

  private write(text: string): void {
    this.options.terminal.write(text);
  }
}

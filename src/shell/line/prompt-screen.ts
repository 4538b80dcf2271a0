import { Writable } from 'node:stream';
import { type Drawing, rewrapsOf, rowsAbove } from './drawing.ts';
import type { Terminal } from './terminal.ts';

/** A redraw by @inquirer/core 12.1.0: down to the last line, erase all lines, draw, up to the prompt, to the column. */
const REDRAW = /^(?:\x1b\[\d+B)?(?:\x1b\[2K\x1b\[1A)*\x1b\[2K\x1b\[G/;
const TO_CURSOR = /(?:\x1b\[(\d+)A)?\x1b\[(\d+)G$/;

/**
 * What a prompt draws goes through here, so that there is one writer who knows where the prompt is: it can print lines
 * above without destroying what is being typed, and draw it anew after a resize.
 */
export class PromptScreen extends Writable {
  private readonly terminal: Terminal;
  private drawn: Drawing | null = null;
  /** Since a resize, until it is known what the terminal has made of the drawing: what is to be seen then. */
  private resizing: { next: Drawing; above: string; narrowest: number; questions: number } | null = null;

  constructor(terminal: Terminal) {
    super({ decodeStrings: false });
    this.terminal = terminal;
  }

  get columns(): number {
    return this.terminal.columns;
  }

  get rows(): number {
    return this.terminal.rows;
  }

  override _write(chunk: string | Buffer, _encoding: BufferEncoding, done: () => void): void {
    const text = String(chunk);
    const next = this.drawnAfter(text, this.resizing?.next ?? this.drawn);
    if (this.resizing && next) {
      this.resizing.next = next;
    } else {
      // The last words of a prompt do not wait.
      this.settle(null);
      this.drawn = next ?? this.drawn;
      this.terminal.write(text);
    }
    done();
  }

  /** Prints lines where the prompt is and draws the prompt again below them. */
  printAbove(lines: readonly string[]): void {
    const text = lines.map((line) => `${line}\n`).join('');
    if (this.resizing) this.resizing.above += text;
    else if (this.drawn) this.redraw(this.drawn, this.drawn, text);
    else this.terminal.write(text);
  }

  /** Puts the prompt at the top of an empty screen; what was above can still be scrolled to. */
  clear(): void {
    if (!this.drawn || this.resizing) return;
    const { rows } = this.terminal;
    const down = `\x1b[${rows}H${'\n'.repeat(rows)}`;
    const { body, below, column } = this.drawn;
    const up = below > 0 ? `\x1b[${below}A` : '';
    this.redraw(this.drawn, { body: '', lines: [''], below: 0, column: 0 }, '');
    this.terminal.write(`${down}\x1b[H\x1b[J${body}${up}\x1b[${column + 1}G`);
  }

  /** After a resize: what is drawn from now on waits until the terminal has said where the cursor is. */
  resized(): void {
    if (!this.drawn) return;
    this.resizing ??= { next: this.drawn, above: '', narrowest: this.columns, questions: 0 };
    const { resizing } = this;
    resizing.narrowest = Math.min(resizing.narrowest, this.columns);
    resizing.questions++;
    void this.terminal.cursorColumn().then((column) => {
      resizing.questions--;
      if (this.resizing === resizing && resizing.questions === 0) this.settle(column);
    });
  }

  /** Draws anew what was resized; null where the terminal has not said where its cursor is. */
  private settle(column: number | null): void {
    const { drawn, resizing, terminal } = this;
    this.resizing = null;
    if (!drawn || !resizing) return;
    const size = { columns: this.columns, narrowest: resizing.narrowest };
    if (column !== null) terminal.rewraps = rewrapsOf(drawn, column, size) ?? terminal.rewraps;
    this.redraw(drawn, resizing.next, resizing.above);
    this.drawn = resizing.next;
  }

  private redraw(from: Drawing, { body, below, column }: Drawing, above: string): void {
    const rows = rowsAbove(from, this.columns, this.terminal.rewraps);
    const toTop = rows > 0 ? `\r\x1b[${rows}A` : '\r';
    const up = below > 0 ? `\x1b[${below}A` : '';
    this.terminal.write(`${toTop}\x1b[J${above}${body}${up}\x1b[${column + 1}G`);
  }

  /** What is on the screen after this text; null where that is not a drawing of the prompt. */
  private drawnAfter(text: string, before: Drawing | null): Drawing | null {
    const cursor = TO_CURSOR.exec(text);
    if (!cursor) return null;
    const column = Number(cursor[2]) - 1;
    if (text.length === cursor[0].length && before) return { ...before, column };
    const body = text.replace(REDRAW, '').slice(0, -cursor[0].length);
    return { body, lines: body.split('\n'), below: Number(cursor[1] ?? 0), column };
  }
}

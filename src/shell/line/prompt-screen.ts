import { Writable } from 'node:stream';
import { widthOf } from '../width.ts';
import type { Terminal } from './terminal.ts';

/** A redraw by @inquirer/core 12.1.0: down to the last line, erase all lines, draw, up to the prompt, to the column. */
const REDRAW = /^(?:\x1b\[\d+B)?(?:\x1b\[2K\x1b\[1A)*\x1b\[2K\x1b\[G/;
const TO_CURSOR = /(?:\x1b\[(\d+)A)?\x1b\[(\d+)G$/;

interface Drawn {
  body: string;
  lines: string[];
  /** Lines below the one with the cursor. */
  below: number;
  /** Zero-based. */
  column: number;
}

/**
 * What a prompt draws goes through here, so that there is one writer who knows where the prompt is:
 * it can print lines above without destroying what is being typed, and clear up after a resize.
 */
export class PromptScreen extends Writable {
  private readonly terminal: Terminal;
  private drawn: Drawn | null = null;

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
    const cursor = TO_CURSOR.exec(text);
    if (cursor && text.length === cursor[0].length && this.drawn) {
      this.drawn.column = Number(cursor[2]) - 1;
    } else if (cursor) {
      const body = text.replace(REDRAW, '').slice(0, -cursor[0].length);
      const below = Number(cursor[1] ?? 0);
      this.drawn = { body, lines: body.split('\n'), below, column: Number(cursor[2]) - 1 };
    }
    this.terminal.write(text);
    done();
  }

  /** Prints lines where the prompt is and draws the prompt again below them. */
  printAbove(lines: readonly string[]): void {
    const text = lines.map((line) => `${line}\n`).join('');
    if (!this.drawn) {
      this.terminal.write(text);
      return;
    }
    const { body, below, column } = this.drawn;
    const up = below > 0 ? `\x1b[${below}A` : '';
    this.terminal.write(`${this.toTop()}\x1b[J${text}${body}${up}\x1b[${column + 1}G`);
  }

  /** After a resize: removes what the terminal has made of the old drawing, and leaves as many empty lines. */
  clearForRedraw(): void {
    if (!this.drawn) return;
    const { lines, below } = this.drawn;
    const up = below > 0 ? `\x1b[${below}A` : '';
    this.terminal.write(`${this.toTop()}\x1b[J${'\n'.repeat(lines.length - 1)}${up}`);
  }

  /** To the first column of the drawing's first line, as the terminal shows it at its present width. */
  private toTop(): string {
    if (!this.drawn) return '\r';
    const { lines, below, column } = this.drawn;
    const cursorLine = lines.length - 1 - below;
    const heights = lines.slice(0, cursorLine).map((line) => Math.max(1, Math.ceil(widthOf(line) / this.columns)));
    const up = heights.reduce((sum, height) => sum + height, 0) + Math.floor(column / this.columns);
    return up > 0 ? `\r\x1b[${up}A` : '\r';
  }
}

import type { EventEmitter } from 'node:events';

/** Readline has done its own with a key before the editor sees it: its line may need putting right. */
export interface Readline extends EventEmitter {
  line: string;
  cursor: number;
}

/** The line as it was before the last key, which Enter takes from readline, and the ways to change readline's. */
export class EditedLine {
  text = '';
  private cursor = 0;
  private readline: Readline | null = null;

  attach(readline: Readline): void {
    this.readline = readline;
  }

  /** What stands before the cursor. */
  get before(): string {
    return this.text.slice(0, this.cursor);
  }

  /** Takes over what readline made of the last key. */
  remember(): void {
    this.text = this.readline?.line ?? '';
    this.cursor = this.readline?.cursor ?? 0;
  }

  replace(line: string, cursor = line.length): void {
    if (this.readline) Object.assign(this.readline, { line, cursor });
    this.remember();
  }

  /** Takes back what readline made of a key that was not for it. */
  restore(): void {
    this.replace(this.text, this.cursor);
  }

  /** Puts a text in the place of what stands from here to the cursor, with a blank behind what is decided. */
  insert(from: number, text: string, decided: boolean): void {
    const behind = this.text.slice(this.cursor);
    const rest = /^\S*/.exec(behind)?.[0] ?? '';
    // In the middle of a word, what stands there already is not said twice.
    const after = text.endsWith(rest) && text.length > rest.length ? behind.slice(rest.length) : behind;
    const gap = decided && !after.startsWith(' ') ? ' ' : '';
    const before = this.text.slice(0, from) + text + gap;
    this.replace(before + after, before.length);
  }
}

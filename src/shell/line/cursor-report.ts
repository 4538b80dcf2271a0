/** A terminal farther away than this is not waited for. */
const PATIENCE_MS = 1_000;

const QUESTION = '\x1b[6n';
const ANSWER = /\x1b\[\d+;(\d+)R/;
const BEGUN = /\x1b(?:\[[\d;]*)?$/;

/** Asks the terminal where its cursor is, and takes the answers out of what is typed. */
export class CursorReports {
  private readonly asked: ((column: number | null) => void)[] = [];
  private held = '';

  /** The column, zero-based; null where no answer comes. `write` goes to the terminal. */
  ask(write: (text: string) => void): Promise<number | null> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.answer(null), PATIENCE_MS);
      this.asked.push((column) => {
        clearTimeout(timer);
        resolve(column);
      });
      write(QUESTION);
    });
  }

  /** What was typed, without answers that are awaited. The beginning of one is held back until its end comes. */
  take(typed: string): string {
    let text = this.held + typed;
    this.held = '';
    for (let found = ANSWER.exec(text); found && this.asked.length > 0; found = ANSWER.exec(text)) {
      text = text.slice(0, found.index) + text.slice(found.index + found[0].length);
      this.answer(Number(found[1]) - 1);
    }
    const begun = this.asked.length > 0 ? BEGUN.exec(text) : null;
    if (!begun || begun[0] === '\x1b') return text;
    this.held = begun[0];
    return text.slice(0, begun.index);
  }

  private answer(column: number | null): void {
    this.asked.shift()?.(column);
  }
}

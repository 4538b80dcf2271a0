import type { Candidate } from '../command.ts';
import { quote } from '../grammar/tokenizer.ts';
import type { Paint } from '../paint.ts';
import { cut, pad, widthOf } from '../width.ts';

/** The list that a second TAB opens: one candidate per line, one of them chosen. */
export class Menu {
  /** Where in the line the chosen text goes. */
  readonly from: number;
  private readonly candidates: readonly Candidate[];
  private readonly widest: number;
  private chosen = 0;

  constructor(candidates: readonly Candidate[], from: number) {
    this.candidates = candidates;
    this.from = from;
    this.widest = candidates.reduce((widest, { text }) => Math.max(widest, widthOf(text)), 0);
  }

  move(by: 1 | -1): void {
    this.chosen = (this.chosen + by + this.candidates.length) % this.candidates.length;
  }

  /** The chosen candidate as it goes into the line. */
  chosenText(): string {
    return quote(this.candidates[this.chosen]?.text ?? '');
  }

  /** At most `height` lines, with the chosen one among them. */
  lines(width: number, height: number, paint: Paint): string[] {
    const room = Math.max(1, height);
    const count = this.candidates.length > room ? Math.max(1, room - 1) : room;
    const first = Math.max(0, Math.min(this.chosen - Math.floor(count / 2), this.candidates.length - count));
    const column = Math.min(this.widest, Math.floor(width / 2));
    const lines = this.candidates.slice(first, first + count).map(({ text, help }, position) => {
      const isChosen = first + position === this.chosen;
      const left = `${isChosen ? '›' : ' '} ${pad(cut(text, column), column)}`;
      const right = cut(help, Math.max(0, width - column - 5));
      return isChosen ? `${paint.chosen(left)}  ${right}` : `${left}  ${paint.faint(right)}`;
    });
    if (this.candidates.length <= room || room < 3) return lines;
    return [...lines, paint.faint(`  ${this.chosen + 1} of ${this.candidates.length}`)];
  }
}

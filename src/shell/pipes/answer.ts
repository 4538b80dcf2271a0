import { ShellError } from '../failure.ts';
import { formatBytes, formatCount } from '../format.ts';
import type { Output } from '../output.ts';
import { createPaint } from '../paint.ts';
import { withoutColours } from './pattern.ts';
import type { Filter, PipeCall } from './pipe.ts';
import { SavedFiles } from './saved-files.ts';

/** Columns of an answer that goes into a file. */
const FILE_COLUMNS = 120;
const MOST_LINES = 1_000_000;

export interface AnswerWays {
  to: Output;
  /** Shows what is longer than the screen; null where nothing is ever held back. */
  page: ((lines: readonly string[]) => Promise<void>) | null;
}

/** The lines of one answer on their way: through the pipes, then to the screen, page by page, or into a file. */
export class Answer {
  /** Where the command puts its lines. */
  readonly output: Output;
  private readonly ways: AnswerWays;
  private readonly filters: readonly Filter[];
  private readonly saveAs: string | null;
  private readonly paged: boolean;
  private kept: string[] = [];
  private flowing = false;

  private constructor(calls: readonly PipeCall[], filters: readonly Filter[], ways: AnswerWays) {
    const { to } = ways;
    const save = calls.find(({ pipe }) => pipe.role === 'save');
    this.ways = ways;
    this.filters = filters;
    this.saveAs = save ? String(save.values['name']) : null;
    this.paged = !calls.some(({ pipe }) => pipe.role === 'no-more');
    this.output = {
      isTerminal: to.isTerminal && filters.length === 0 && !save,
      get width() {
        return save ? FILE_COLUMNS : to.width;
      },
      get rows() {
        return to.rows;
      },
      paint: save ? createPaint(false) : to.paint,
      lines: (lines) => this.put(lines),
      errors: (lines) => to.errors(lines),
    };
  }

  /** Rejects with `usage` where a pipe makes no sense, before the command has done anything. */
  static async open(calls: readonly PipeCall[], ways: AnswerWays): Promise<Answer> {
    const filters: Filter[] = [];
    for (const { pipe, values } of calls) if (pipe.open) filters.push(await pipe.open(values));
    return new Answer(calls, filters, ways);
  }

  /** From now on lines are shown as they come, as those of a log that is followed. */
  flow(): void {
    this.flowing = this.saveAs === null;
    this.deliver([]);
  }

  /** More lines would change nothing. */
  get isFull(): boolean {
    return this.filters.some((filter) => filter.isFull());
  }

  /** After the last line. */
  async end(): Promise<void> {
    const [first, ...rest] = this.filters;
    if (first) {
      let left = first.end();
      for (const filter of rest) left = [...through(filter, left), ...filter.end()];
      this.deliver(left);
    }
    const { to, page } = this.ways;
    if (this.saveAs !== null) return this.save(this.saveAs);
    if (page && this.paged && !this.flowing) await page(this.kept);
    else to.lines(this.kept);
    this.kept = [];
  }

  private put(lines: readonly string[]): void {
    this.deliver(this.filters.reduce<readonly string[]>((left, filter) => through(filter, left), lines));
  }

  private deliver(lines: readonly string[]): void {
    for (const line of lines) this.kept.push(line);
    if (this.kept.length > MOST_LINES) throw new ShellError('refused', 'The answer is too long to be kept.');
    if (!this.flowing) return;
    this.ways.to.lines(this.kept);
    this.kept = [];
  }

  private async save(name: string): Promise<void> {
    const { to } = this.ways;
    const sizeBytes = await new SavedFiles().write(name, this.kept.map(withoutColours));
    const what = `${formatCount(this.kept.length, 'line')}, ${formatBytes(sizeBytes)}`;
    to.errors([`Kept as ${name}: ${what}. To see it: show file ${name}`]);
  }
}

const through = (filter: Filter, lines: readonly string[]): string[] => lines.flatMap((line) => filter.take(line));

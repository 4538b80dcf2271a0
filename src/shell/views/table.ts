import type { Paint } from '../paint.ts';
import { cut, cutStart, pad, widthOf } from '../width.ts';

export interface Column<Row> {
  title: string;
  value(row: Row): string;
  align?: 'left' | 'right';
  /** Columns it may be shortened to; without it the column is never shortened. */
  least?: number;
  /** Where shortening leaves the end, as of an image, whose tag stands there; without it the beginning. */
  keeps?: 'end';
  /** The higher, the earlier it is left out where the screen is narrow; without it never. */
  dispensable?: number;
  colour?(text: string, row: Row, paint: Paint): string;
}

const GAP = 2;

/** Fits columns into `width`: shortens what may be shortened, then leaves out what can be spared. */
export function table<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  width: number,
  paint: Paint,
): string[] {
  let kept = columns.map((column) => ({ column, wanted: wantedWidth(rows, column) }));
  const least = (): number => total(kept.map(({ column, wanted }) => Math.min(wanted, column.least ?? wanted)));
  while (least() > width) {
    const ranks = kept.map(({ column }) => column.dispensable ?? 0);
    const highest = Math.max(...ranks);
    if (highest === 0) break;
    kept = kept.filter((_, position) => position !== ranks.lastIndexOf(highest));
  }
  const widths = shrink(
    kept.map(({ wanted }) => wanted),
    kept.map(({ column, wanted }) => Math.min(wanted, column.least ?? wanted)),
    width,
  );
  const line = (cells: readonly string[]): string => cells.join(' '.repeat(GAP)).trimEnd();
  const header = kept.map(({ column }, position) =>
    pad(cut(column.title, widths[position] ?? 0), widths[position] ?? 0, column.align),
  );
  const body = rows.map((row) =>
    line(
      kept.map(({ column }, position) => {
        const room = widths[position] ?? 0;
        const isLast = position === kept.length - 1 && column.align !== 'right';
        const text = (column.keeps === 'end' ? cutStart : cut)(column.value(row), room);
        const padded = isLast ? text : pad(text, room, column.align);
        return column.colour ? column.colour(padded, row, paint) : padded;
      }),
    ),
  );
  return [paint.faint(line(header)), ...body];
}

function wantedWidth<Row>(rows: readonly Row[], column: Column<Row>): number {
  return Math.max(widthOf(column.title), ...rows.map((row) => widthOf(column.value(row))));
}

const total = (widths: readonly number[]): number =>
  widths.reduce((sum, width) => sum + width, 0) + GAP * Math.max(0, widths.length - 1);

/** Takes from the widest column that still has something to give, one column at a time. */
function shrink(wanted: readonly number[], least: readonly number[], width: number): number[] {
  const widths = [...wanted];
  for (let excess = total(widths) - width; excess > 0; excess--) {
    const spare = widths.map((each, position) => (each > (least[position] ?? each) ? each : 0));
    const widest = spare.indexOf(Math.max(...spare));
    if ((spare[widest] ?? 0) === 0) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

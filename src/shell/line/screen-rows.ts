import { widthOf } from '../width.ts';

const PIECES = /\x1b\[[0-9;]*m|[\s\S]/gu;

/** Breaks a line, colours and all, where the terminal would: at least one row, none wider than `columns`. */
export function screenRows(line: string, columns: number): string[] {
  if (line.length <= columns && /^[\x20-\x7e]*$/.test(line)) return [line];
  const rows: string[] = [];
  let row = '';
  let used = 0;
  for (const [piece] of line.matchAll(PIECES)) {
    const width = piece.startsWith('\x1b') ? 0 : widthOf(piece);
    if (used + width > columns) {
      rows.push(row);
      row = '';
      used = 0;
    }
    row += piece;
    used += width;
  }
  return [...rows, row];
}

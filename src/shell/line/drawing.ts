import { widthOf } from '../width.ts';

/** A prompt as it was drawn. */
export interface Drawing {
  body: string;
  lines: string[];
  /** Lines below the one with the cursor. */
  below: number;
  /** Of the cursor, zero-based. */
  column: number;
}

/**
 * How many rows of the screen are above the cursor's, at a width that is not the one it was drawn at: many terminals
 * break lines anew, xterm, PuTTY and the console leave them as they are, cut off.
 */
export function rowsAbove({ lines, below, column }: Drawing, columns: number, rewraps: boolean): number {
  const cursorLine = lines.length - 1 - below;
  if (!rewraps) return cursorLine;
  const heights = lines.slice(0, cursorLine).map((line) => Math.max(1, Math.ceil(widthOf(line) / columns)));
  return heights.reduce((sum, height) => sum + height, 0) + Math.floor(column / columns);
}

interface Size {
  columns: number;
  /** The fewest columns on the way to this size. */
  narrowest: number;
}

/** Whether the terminal breaks lines anew, by where its cursor is after a resize; null where both would put it there. */
export function rewrapsOf({ column }: Drawing, seen: number, { columns, narrowest }: Size): boolean | null {
  const kept = Math.min(column, narrowest - 1);
  const wrapped = column % columns;
  if (kept === wrapped || column < narrowest) return null;
  if (seen === kept) return false;
  return seen === wrapped ? true : null;
}

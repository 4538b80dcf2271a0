import type { NextCommand } from '../context.ts';
import type { Paint } from '../paint.ts';
import { widthOf, wrap } from '../width.ts';

/** `To go back: rollback system`, one line each. */
export function nextLines(next: readonly NextCommand[], { width, paint }: { width: number; paint: Paint }): string[] {
  return next.flatMap(({ purpose, line }) => {
    if (widthOf(`${purpose}: ${line}`) <= width) return [`${paint.faint(`${purpose}:`)} ${paint.strong(line)}`];
    return [...wrap(`${purpose}:`, width).map(paint.faint), `  ${paint.strong(line)}`];
  });
}

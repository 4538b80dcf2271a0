import type { Paint } from '../paint.ts';
import { cut, pad, widthOf } from '../width.ts';

/** Two columns: what can be typed, and a word about it. */
export function listing(rows: readonly (readonly [string, string])[], width: number, paint: Paint): string[] {
  const widest = Math.max(0, ...rows.map(([text]) => widthOf(text)));
  const first = Math.min(widest, Math.max(10, Math.floor(width * 0.5)));
  return rows.map(([text, help]) => {
    const left = widthOf(text) > first ? cut(text, first) : pad(text, first);
    const right = cut(help, width - first - 4);
    return `  ${paint.accent(left)}  ${right}`.trimEnd();
  });
}

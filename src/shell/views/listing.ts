import type { Paint } from '../paint.ts';
import { cut, pad, widthOf, wrap } from '../width.ts';

/** Narrower than this, texts that would be cut get a line of their own. */
const NARROW_COLUMNS = 60;

/** Two columns: what can be typed, and a word about it. */
export function listing(rows: readonly (readonly [string, string])[], width: number, paint: Paint): string[] {
  const widest = Math.max(0, ...rows.map(([text]) => widthOf(text)));
  const first = Math.min(widest, Math.max(10, Math.floor(width * 0.5)));
  if (widest > first && width < NARROW_COLUMNS)
    return rows.flatMap(([text, help]) => stacked(text, help, width, paint));
  return rows.map(([text, help]) => {
    const left = widthOf(text) > first ? cut(text, first) : pad(text, first);
    const right = cut(help, width - first - 4);
    return `  ${paint.accent(left)}  ${right}`.trimEnd();
  });
}

const stacked = (text: string, help: string, width: number, paint: Paint): string[] => [
  ...wrap(text, width, 2).map(paint.accent),
  ...(help === '' ? [] : wrap(help, width, 6)),
];

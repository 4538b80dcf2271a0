import type { Paint } from '../paint.ts';
import { pad, widthOf, wrap } from '../width.ts';

/** Narrower than this, texts that are too long for their column get a line of their own, and so does every word about them. */
const NARROW_COLUMNS = 60;

/** Two columns: what can be typed, and a word about it. Nothing is cut off. */
export function listing(rows: readonly (readonly [string, string])[], width: number, paint: Paint): string[] {
  const widest = Math.max(0, ...rows.map(([text]) => widthOf(text)));
  const first = Math.min(widest, Math.max(10, Math.floor(width * 0.5)));
  if (widest > first && width < NARROW_COLUMNS)
    return rows.flatMap(([text, help]) => stacked(text, help, width, paint));
  return rows.flatMap(([text, help]) => {
    const [line = '', ...more] = wrap(help, width, first + 4);
    if (widthOf(text) > first)
      return [...wrap(text, width, 2).map(paint.accent), ...(help === '' ? [] : [line, ...more])];
    return [`  ${paint.accent(pad(text, first))}  ${line.trimStart()}`.trimEnd(), ...more];
  });
}

const stacked = (text: string, help: string, width: number, paint: Paint): string[] => [
  ...wrap(text, width, 2).map(paint.accent),
  ...(help === '' ? [] : wrap(help, width, 6)),
];

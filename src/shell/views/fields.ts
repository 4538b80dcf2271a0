import type { Paint } from '../paint.ts';
import { pad, widthOf, wrap } from '../width.ts';

export interface Field {
  name: string;
  /** Null leaves the line out. Several lines stand under one another. */
  value: string | readonly string[] | null;
  colour?: (text: string) => string;
}

/** Names on the left, values on the right, long values broken under themselves. */
export function fields(list: readonly Field[], width: number, paint: Paint, indent = 0): string[] {
  const shown = list.filter(({ value }) => value !== null && value.length > 0);
  const first = Math.max(...shown.map(({ name }) => widthOf(name)), 0) + 2;
  const room = Math.max(10, width - first - indent);
  return shown.flatMap(({ name, value, colour = (text) => text }) => {
    const lines = [value ?? ''].flat().flatMap((text) => wrap(text, room));
    return lines.map((line, position) => {
      const left = position === 0 ? paint.faint(pad(name, first)) : ' '.repeat(first);
      return `${' '.repeat(indent)}${left}${colour(line)}`.trimEnd();
    });
  });
}

import type { Paint } from '../paint.ts';
import { pad, widthOf, wrap } from '../width.ts';

export interface Field {
  name: string;
  /** Null leaves the line out. Several lines stand under one another. */
  value: string | readonly string[] | null;
  colour?: (text: string) => string;
}

/** With less room for values, they stand below their names. */
const LEAST_ROOM = 28;

/** Names on the left, values on the right, long values broken under themselves. */
export function fields(list: readonly Field[], width: number, paint: Paint, indent = 0): string[] {
  const shown = list.filter(({ value }) => value !== null && value.length > 0);
  const first = Math.max(...shown.map(({ name }) => widthOf(name)), 0) + 2;
  const room = Math.max(10, width - first - indent);
  if (room < LEAST_ROOM && shown.some(({ value }) => [value ?? ''].flat().some((text) => widthOf(text) > room))) {
    return shown.flatMap((field) => stacked(field, width, indent, paint));
  }
  return shown.flatMap(({ name, value, colour = (text) => text }) => {
    const lines = [value ?? ''].flat().flatMap((text) => wrap(text, room));
    return lines.map((line, position) => {
      const left = position === 0 ? paint.faint(pad(name, first)) : ' '.repeat(first);
      return `${' '.repeat(indent)}${left}${colour(line)}`.trimEnd();
    });
  });
}

/** Short ones beside the name, others below it. */
function stacked(
  { name, value, colour = (text) => text }: Field,
  width: number,
  indent: number,
  paint: Paint,
): string[] {
  const [only, ...more] = [value ?? ''].flat();
  const start = `${' '.repeat(indent)}${name}  `;
  if (more.length === 0 && widthOf(start) + widthOf(only ?? '') <= width) {
    return [`${' '.repeat(indent)}${paint.faint(name)}  ${colour(only ?? '')}`];
  }
  const below = [value ?? ''].flat().flatMap((text) => wrap(text, width, indent + 2));
  return [`${' '.repeat(indent)}${paint.faint(name)}`, ...below.map(colour)];
}

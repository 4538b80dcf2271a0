import type { Paint } from '../paint.ts';
import { printable } from '../printable.ts';
import { listing } from '../views/listing.ts';
import { widthOf, wrap } from '../width.ts';
import type { Expected } from './grammar.ts';
import type { Misread } from './parse.ts';

/** More would not stand on a screen together with the line. */
const MOST_ROWS = 16;

export interface Typed {
  line: string;
  /** Columns before the line on the screen: the prompt's width. */
  indent: number;
  width: number;
}

/** Says what is wrong with a line, where, and what to type instead. */
export function diagnose(wrong: Misread, typed: Typed, paint: Paint): string[] {
  if (wrong.outcome === 'ambiguous') {
    return [
      paint.bad(`% Ambiguous command: '${printable(wrong.typed)}' is ambiguous.`),
      ...listing(wrong.candidates.map(rowOf), typed.width, paint),
    ];
  }
  if (wrong.outcome === 'incomplete') {
    return [
      paint.bad('% Incomplete command. What may follow:'),
      ...listing(wrong.expected.map(rowOf), typed.width, paint),
    ];
  }
  const column = typed.indent + widthOf(typed.line.slice(0, wrong.column));
  const lines = [
    `${' '.repeat(column % Math.max(1, typed.width))}^`,
    paint.bad("% Invalid input detected at '^' marker."),
  ];
  if (wrong.problem !== null) lines.push(wrong.problem);
  if (wrong.nearest !== null) lines.push(`Did you mean: ${paint.strong(printable(wrong.nearest))}`);
  else if (wrong.problem === null && wrong.expected.length > 0) {
    lines.push('What may stand there:', ...possible(wrong.expected, typed.width, paint));
  }
  return lines;
}

/** With a word about each, or, where they would push the caret off the screen, the words alone. */
function possible(expected: readonly Expected[], width: number, paint: Paint): string[] {
  const rows = listing(expected.map(rowOf), width, paint);
  if (rows.length <= MOST_ROWS) return rows;
  return wrap(expected.map((each) => rowOf(each)[0]).join(', '), width, 2);
}

function rowOf(expected: Expected): [string, string] {
  if (expected.type === 'word') return [expected.word, expected.help];
  if (expected.type === 'value') return [expected.argument.kind.metavar, expected.argument.help];
  return [expected.type === 'pipe' ? '|' : '<cr>', expected.help];
}

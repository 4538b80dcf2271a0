import type { Failure } from '../failure.ts';
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

/** The same as an error for programs: no caret, but the column, counted from 1. */
export function misreadFailure(wrong: Misread, line: string): Failure {
  const words = (expected: readonly Expected[]) => expected.map((each) => rowOf(each)[0]).join(', ');
  const usage = (message: string, hint: string | null): Failure => ({ code: 'usage', message, hint });
  if (wrong.outcome === 'ambiguous') {
    return usage(`'${printable(wrong.typed)}' is ambiguous.`, `It may be: ${words(wrong.candidates)}`);
  }
  if (wrong.outcome === 'incomplete') {
    return usage('The command is incomplete.', `What may follow: ${words(wrong.expected)}`);
  }
  const { problem, nearest, expected } = wrong;
  const [found = ''] = /^\S*/.exec(line.slice(wrong.column)) ?? [];
  const message = problem ?? `'${printable(found)}' cannot stand at column ${wrong.column + 1}.`;
  if (nearest !== null) return usage(message, `Did you mean: ${printable(nearest)}`);
  return usage(message, problem === null && expected.length > 0 ? `What may stand there: ${words(expected)}` : null);
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

import type { Verb } from '../command.ts';
import { canEnd, type Grammar, read, type State } from './grammar.ts';
import { quote, type Token } from './tokenizer.ts';

/** A longer line is not looked at. */
const MOST_WORDS = 16;

/** How many letters have to be added, removed, changed or swapped with their neighbour. */
function distance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  const at = (row: number, column: number): number => rows[row]?.[column] ?? 0;
  for (let i = 1; i <= a.length; i++) {
    rows.push([i]);
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + change);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, at(i - 2, j - 2) + 1);
      rows[i]?.push(least);
    }
  }
  return at(a.length, b.length);
}

/** The word that was probably meant; null where none is near. */
export function nearest(typed: string, words: readonly string[]): string | null {
  const asked = typed.toLowerCase().slice(0, 64);
  const tolerance = asked.length <= 3 ? 1 : 2;
  const ranked = words
    .map((word) => ({ word, far: distance(asked, word) }))
    .filter(({ far }) => far <= tolerance)
    .sort((a, b) => a.far - b.far);
  return ranked[0]?.word ?? null;
}

/** The line that was probably meant where a word was left out, as in `upgrade 2.1.0`; null where that makes none. */
export function withWordBefore(
  words: readonly Token[],
  position: number,
  known: readonly string[],
  grammar: Grammar<Verb>,
): string | null {
  if (words.length > MOST_WORDS) return null;
  const readBehind = (word: string, typed: readonly Token[]) =>
    readWhole([...words.slice(0, position), asToken(word), ...typed], grammar);
  const guesses = known.flatMap((word) => {
    const state = readBehind(word, words.slice(position));
    // Almost anything can be a name: a line that begins with none of the words is no guess at one.
    return state && (position > 0 || Object.keys(state.values).length === 0) ? [{ word, state }] : [];
  });
  // Nor is one that could be the name of several things.
  const sure = guesses.find(({ word }) => !readBehind(word, [asToken('x'), ...words.slice(position + 1)]));
  const guess = sure ?? (guesses.length === 1 ? guesses[0] : undefined);
  return guess ? guess.state.full.map(quote).join(' ') : null;
}

/** The whole line with another word in the place of one; null where it makes no sense further on. */
export function withWordInstead(
  words: readonly Token[],
  position: number,
  word: string,
  grammar: Grammar<Verb>,
): string | null {
  if (words.length > MOST_WORDS) return null;
  const state = readWhole([...words.slice(0, position), asToken(word), ...words.slice(position + 1)], grammar);
  return state ? state.full.map(quote).join(' ') : null;
}

const asToken = (text: string): Token => ({ text, start: 0, end: 0, quoted: false, isPipe: false });

function readWhole(words: readonly Token[], grammar: Grammar<Verb>): State<Verb> | null {
  const reading = read(grammar, words);
  return reading.outcome === 'read' ? (reading.states.find(canEnd) ?? null) : null;
}

import type { Command } from '../command.ts';
import { type Options, optionHelp } from '../options.ts';
import { canEnd, type Expected, type Grammar, read } from './grammar.ts';
import { nearest } from './nearest.ts';
import { quote, type Token, tokenize } from './tokenizer.ts';

/** What a line says. Columns are places in the line, in UTF-16 units. */
export type Parsed =
  | { outcome: 'empty' }
  | {
      outcome: 'command';
      command: Command;
      values: Record<string, string | boolean | undefined>;
      options: Options;
      /** The line with every word in full. */
      full: string;
      abbreviated: boolean;
    }
  | { outcome: 'ambiguous'; typed: string; candidates: Expected[] }
  | { outcome: 'incomplete'; expected: Expected[] }
  | { outcome: 'invalid'; column: number; expected: Expected[]; problem: string | null; nearest: string | null };

export const isOption = (token: Token): boolean => !token.quoted && token.text.startsWith('--');

/** Reads a whole line. Pure: asks nobody whether a version or a release exists. */
export function parse(grammar: Grammar, line: string): Parsed {
  const { tokens, openQuote } = tokenize(line);
  if (openQuote !== null) {
    const problem = 'This quote is not closed.';
    return { outcome: 'invalid', column: openQuote, expected: [], problem, nearest: null };
  }
  const words = tokens.filter((token) => !isOption(token));
  const options = tokens.filter(isOption);
  if (tokens.length === 0) return { outcome: 'empty' };
  const reading = read(grammar, words);
  if (reading.outcome === 'ambiguous') {
    const typed = words.slice(0, words.indexOf(reading.token) + 1).map(({ text }) => text);
    return { outcome: 'ambiguous', typed: typed.join(' '), candidates: reading.candidates };
  }
  if (reading.outcome === 'invalid') {
    const { token, expected, problem } = reading;
    return { outcome: 'invalid', column: token.start, expected, problem, nearest: near(words, token, expected) };
  }
  const state = reading.states.find(canEnd);
  if (!state) return { outcome: 'incomplete', expected: reading.expected };
  const wrong = options.find((option) => !allowed(state.command, option));
  if (wrong) {
    const problem = optionHelp.some(({ word }) => word === wrong.text)
      ? `${wrong.text} is for commands that change something.`
      : 'There is no such option.';
    return { outcome: 'invalid', column: wrong.start, expected: [], problem, nearest: null };
  }
  const has = (word: string): boolean => options.some(({ text }) => text === word);
  return {
    outcome: 'command',
    command: state.command,
    values: state.values,
    options: { json: has('--json'), yes: has('--yes'), noWait: has('--no-wait') },
    full: state.full.map(quote).join(' '),
    abbreviated: state.full.some((word, position) => word !== words[position]?.text),
  };
}

function allowed(command: Command, option: Token): boolean {
  return optionHelp.some(({ word, needs }) => word === option.text && (needs === null || needs === command.effect));
}

/** The line up to the wrong word, with that word put right, where one is near. */
function near(words: readonly Token[], wrong: Token, expected: readonly Expected[]): string | null {
  const known = expected.flatMap((each) => (each.type === 'word' ? [each.word] : []));
  const word = nearest(wrong.text, known);
  if (word === null) return null;
  return [...words.slice(0, words.indexOf(wrong)).map(({ text }) => quote(text)), word].join(' ');
}

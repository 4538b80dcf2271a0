import type { Command, ReadValues } from '../command.ts';
import { type Options, optionHelp } from '../options.ts';
import type { PipeCall } from '../pipes/pipe.ts';
import { misplaced, pipes } from '../pipes/pipes.ts';
import { canEnd, type Expected, type Grammar, type Reading, read } from './grammar.ts';
import { nearest, withWordBefore, withWordInstead } from './nearest.ts';
import { quote, type Token, tokenize } from './tokenizer.ts';

/** What a line says. Columns are places in the line, in UTF-16 units. */
export type Parsed =
  | { outcome: 'empty' }
  | {
      outcome: 'command';
      command: Command;
      values: ReadValues;
      options: Options;
      /** What the answer goes through, in order. */
      pipes: PipeCall[];
      /** The line with every word in full. */
      full: string;
      abbreviated: boolean;
    }
  | Misread;

export type Misread =
  | { outcome: 'ambiguous'; typed: string; candidates: Expected[] }
  | { outcome: 'incomplete'; expected: Expected[] }
  | { outcome: 'invalid'; column: number; expected: Expected[]; problem: string | null; nearest: string | null };

export const isOption = (token: Token): boolean => !token.quoted && token.text.startsWith('--');

/** The tokens of the command, then those behind each bar. */
export function splitAtPipes(tokens: readonly Token[]): Token[][] {
  const segments: Token[][] = [[]];
  for (const token of tokens) {
    if (token.isPipe) segments.push([]);
    else segments.at(-1)?.push(token);
  }
  return segments;
}

/** Reads a whole line. Pure: asks nobody whether a version or a release exists. */
export function parse(grammar: Grammar, line: string): Parsed {
  const { tokens, openQuote } = tokenize(line);
  if (openQuote !== null) return invalidAt(openQuote, 'This quote is not closed.');
  const [first = [], ...segments] = splitAtPipes(tokens);
  const words = first.filter((token) => !isOption(token));
  const options = first.filter(isOption);
  if (tokens.length === 0) return { outcome: 'empty' };
  const reading = read(grammar, words);
  if (reading.outcome !== 'read') return misread(reading, words, grammar, '');
  const state = reading.states.find(canEnd);
  if (!state) return { outcome: 'incomplete', expected: reading.expected };
  const wrong = options.find((option) => !allowed(state.command, option));
  if (wrong) {
    const known = optionHelp.some(({ word }) => word === wrong.text);
    return invalidAt(
      wrong.start,
      known ? `${wrong.text} is for commands that change something.` : 'There is no such option.',
    );
  }
  const bar = tokens.find(({ isPipe }) => isPipe);
  if (bar && state.command.effect === 'changes') {
    return invalidAt(bar.start, 'Only the answer of a command that looks goes through a pipe.');
  }
  const calls = pipesOf(segments, state.full.map(quote).join(' '));
  if (!Array.isArray(calls)) return calls;
  const has = (word: string): boolean => options.some(({ text }) => text === word);
  const format = calls.find(({ call }) => call.pipe.role === 'format')?.call.pipe.words[0];
  const full = [state.full.map(quote).join(' '), ...calls.map(({ full }) => full)];
  return {
    outcome: 'command',
    command: state.command,
    values: state.values,
    options: {
      json: has('--json') || format === 'json',
      yaml: has('--yaml') || format === 'yaml',
      yes: has('--yes'),
      noWait: has('--no-wait'),
    },
    pipes: calls.map(({ call }) => call),
    full: full.join(' | '),
    abbreviated: state.full.some((word, position) => word !== words[position]?.text),
  };
}

const invalidAt = (column: number, problem: string): Misread => ({
  outcome: 'invalid',
  column,
  expected: [],
  problem,
  nearest: null,
});

function pipesOf(segments: readonly Token[][], command: string): { call: PipeCall; full: string }[] | Misread {
  const calls: { call: PipeCall; full: string }[] = [];
  for (const segment of segments) {
    const reading = read(pipes, segment);
    if (reading.outcome !== 'read') {
      const before = [command, ...calls.map(({ full }) => full), ''].join(' | ');
      return misread(reading, segment, pipes, before);
    }
    const state = reading.states.find(canEnd);
    if (!state) return { outcome: 'incomplete', expected: reading.expected };
    const earlier = calls.map(({ call }) => call.pipe);
    const problem = misplaced(state.command, earlier);
    if (problem !== null) return invalidAt(segment[0]?.start ?? 0, problem);
    calls.push({ call: { pipe: state.command, values: state.values }, full: state.full.map(quote).join(' ') });
  }
  return calls;
}

function misread<G extends Parameters<typeof read>[0]>(
  reading: Exclude<Reading, { outcome: 'read' }>,
  words: readonly Token[],
  grammar: G,
  /** What stands before these words. */
  before: string,
): Misread {
  const { token } = reading;
  const position = words.indexOf(token);
  if (reading.outcome === 'ambiguous') {
    const typed = words.slice(0, position + 1).map(({ text }) => text);
    return { outcome: 'ambiguous', typed: typed.join(' '), candidates: reading.candidates };
  }
  const { expected, problem } = reading;
  const known = expected.flatMap((each) => (each.type === 'word' ? [each.word] : []));
  const word = token.quoted ? null : nearest(token.text, known);
  const earlier = words.slice(0, position).map(({ text }) => quote(text));
  const meant =
    word === null
      ? withWordBefore(words, position, known, grammar)
      : (withWordInstead(words, position, word, grammar) ?? [...earlier, word].join(' '));
  const whole = meant === null ? null : before + meant;
  return { outcome: 'invalid', column: token.start, expected, problem, nearest: whole };
}

function allowed(command: Command, option: Token): boolean {
  return optionHelp.some(({ word, needs }) => word === option.text && (needs === null || needs === command.effect));
}

import type { ArgumentSpec, Command, ReadValues, Verb } from '../command.ts';
import type { Token } from './tokenizer.ts';

type Element =
  | { type: 'word'; word: string; help: string; flag: string | null }
  | { type: 'value'; argument: ArgumentSpec; isMore?: true }
  | { type: 'words' };

interface Place {
  element: Element;
  /** Where to go on when this is left out; null where it must stand. */
  skipTo: number | null;
}

/** How far one command has been read. */
export interface State<V extends Verb = Command> {
  command: V;
  places: readonly Place[];
  index: number;
  values: ReadValues;
  /** The tokens so far, each word in full. */
  full: readonly string[];
}

/** What may stand at a place. */
export type Expected =
  | { type: 'word'; word: string; help: string }
  | { type: 'value'; argument: ArgumentSpec }
  | { type: 'end'; help: string }
  | { type: 'pipe'; help: string };

export interface Grammar<V extends Verb = Command> {
  commands: readonly V[];
  /** Help for words that several commands share, by their full path. */
  groups: Readonly<Record<string, string>>;
}

export type Reading<V extends Verb = Command> =
  | { outcome: 'read'; states: readonly State<V>[]; expected: Expected[] }
  | { outcome: 'ambiguous'; token: Token; candidates: Expected[] }
  | { outcome: 'invalid'; token: Token; expected: Expected[]; problem: string | null };

function placesOf(command: Verb, words: readonly string[], groups: Grammar['groups']): Place[] {
  const places: Place[] = words.map((word, depth) => {
    const path = words.slice(0, depth + 1).join(' ');
    const help = depth === words.length - 1 ? command.summary : (groups[path] ?? command.summary);
    return { element: { type: 'word', word, help, flag: null }, skipTo: null };
  });
  for (const parameter of command.parameters) {
    if ('flag' in parameter) {
      const element: Element = { type: 'word', word: parameter.name, help: parameter.help, flag: parameter.name };
      places.push({ element, skipTo: places.length + 1 });
      continue;
    }
    const { after } = parameter;
    const end = places.length + (after ? 2 : 1);
    if (after) {
      const element: Element = { type: 'word', word: after.word, help: after.help, flag: null };
      places.push({ element, skipTo: parameter.optional ? end : null });
    }
    const skippable = parameter.optional === true && !after;
    places.push({ element: { type: 'value', argument: parameter }, skipTo: skippable ? end : null });
    if (parameter.rest || parameter.list) {
      const element: Element = { type: 'value', argument: parameter, isMore: true };
      places.push({ element, skipTo: places.length + 1 });
    }
  }
  if (command.takesWords) places.push({ element: { type: 'words' }, skipTo: places.length + 1 });
  return places;
}

function begin<V extends Verb>(grammar: Grammar<V>): State<V>[] {
  return grammar.commands.flatMap((command) =>
    [command.words, ...(command.alias ? [command.alias] : [])].map((words) => ({
      command,
      places: placesOf(command, words, grammar.groups),
      index: 0,
      values: {},
      full: [],
    })),
  );
}

/** The places where the next token may go: this one, and those behind what can be left out. */
function reach(state: State<Verb>): { index: number; element: Element }[] {
  const reached: { index: number; element: Element }[] = [];
  let index: number | null = state.index;
  while (index !== null) {
    const place: Place | undefined = state.places[index];
    if (!place) break;
    reached.push({ index, element: place.element });
    index = place.skipTo;
  }
  return reached;
}

/** Whether nothing more has to come. */
export function canEnd(state: State<Verb>): boolean {
  let index: number | null = state.index;
  while (index !== null && index < state.places.length) index = state.places[index]?.skipTo ?? null;
  return index !== null;
}

function expectedOf<V extends Verb>(states: readonly State<V>[], grammar: Grammar<V>): Expected[] {
  const found = new Map<string, Expected>();
  for (const state of states) {
    for (const { element } of reach(state)) {
      if (element.type === 'word') {
        const key = `word ${element.word}`;
        if (!found.has(key)) found.set(key, { type: 'word', word: element.word, help: element.help });
      } else if (element.type === 'value') {
        found.set(`value ${element.argument.kind.metavar}`, { type: 'value', argument: element.argument });
      } else {
        for (const each of expectedOf(begin(grammar), grammar)) {
          if (each.type === 'word') found.set(`word ${each.word}`, each);
        }
      }
    }
  }
  if (states.some(canEnd)) found.set('end', { type: 'end', help: 'Enter runs it' });
  return [...found.values()];
}

interface Step<V extends Verb> {
  state: State<V>;
  index: number;
  element: Element;
}

function take<V extends Verb>({ state, index, element }: Step<V>, token: Token): State<V> {
  if (element.type === 'value') {
    const { argument, isMore } = element;
    const before = state.values[argument.name];
    const text = isMore ? `${before} ${token.text}` : token.text;
    const list = [...(Array.isArray(before) ? before : []), token.text];
    const values = { ...state.values, [argument.name]: argument.list ? list : text };
    return { ...state, index: isMore ? index : index + 1, values, full: [...state.full, token.text] };
  }
  if (element.type === 'words') return state;
  const values = element.flag === null ? state.values : { ...state.values, [element.flag]: true };
  return { ...state, index: index + 1, values, full: [...state.full, element.word] };
}

/**
 * Reads tokens from the left. A word may be shortened as long as it stays unique; one that is written
 * in full wins over longer ones that begin alike. Words win over values.
 */
export function read<V extends Verb>(grammar: Grammar<V>, tokens: readonly Token[]): Reading<V> {
  let states: readonly State<V>[] = begin(grammar);
  for (const [position, token] of tokens.entries()) {
    const steps = states.flatMap((state) => reach(state).map((reached) => ({ state, ...reached })));
    if (steps.some(({ element }) => element.type === 'words')) {
      // The words of `help` are those of another command, judged by the same rules.
      const inner = read(grammar, tokens.slice(position));
      if (inner.outcome !== 'read') return inner;
      const end = steps.filter(({ element }) => element.type === 'words');
      const full = inner.states[0]?.full.slice(0, tokens.length - position) ?? [];
      const values = { words: full.join(' ') };
      const taken = end.map(({ state }) => ({
        ...state,
        values,
        full: [...state.full, ...full],
        index: state.places.length,
      }));
      const expected = inner.expected.filter(({ type }) => type !== 'value' && type !== 'end');
      return { outcome: 'read', states: taken, expected: [...expected, { type: 'end', help: 'Enter runs it' }] };
    }
    const words = steps.filter(({ element }) => element.type === 'word' && !token.quoted && fits(element.word, token));
    const exact = words.filter(({ element }) => element.type === 'word' && element.word === token.text.toLowerCase());
    const chosen = exact.length > 0 ? exact : words;
    const candidates = wordsOf(chosen);
    if (candidates.length > 1) return { outcome: 'ambiguous', token, candidates };
    if (chosen.length > 0) {
      states = chosen.map((step) => take(step, token));
      continue;
    }
    const values = steps.filter(({ element }) => element.type === 'value');
    const accepted = values.filter(({ element }) => problemOf(element, token) === null);
    if (accepted.length === 0) {
      const problem = values.map(({ element }) => problemOf(element, token)).find((each) => each !== null);
      return { outcome: 'invalid', token, expected: expectedOf(states, grammar), problem: problem ?? null };
    }
    states = accepted.map((step) => take(step, token));
  }
  return { outcome: 'read', states, expected: expectedOf(states, grammar) };
}

const fits = (word: string, token: Token): boolean => token.text !== '' && word.startsWith(token.text.toLowerCase());

const problemOf = (element: Element, token: Token): string | null =>
  element.type === 'value' ? element.argument.kind.problem(token.text) : null;

function wordsOf(steps: readonly Step<Verb>[]): Expected[] {
  const found = new Map<string, Expected>();
  for (const { element } of steps) {
    if (element.type === 'word' && !found.has(element.word)) {
      found.set(element.word, { type: 'word', word: element.word, help: element.help });
    }
  }
  return [...found.values()];
}

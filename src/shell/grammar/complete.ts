import type { Client } from '../../api/client/client.ts';
import type { Candidate, Kind, Verb } from '../command.ts';
import { optionHelp } from '../options.ts';
import { pipesAfter } from '../pipes/pipes.ts';
import { canEnd, type Expected, type Grammar, read } from './grammar.ts';
import { isOption, parse, splitAtPipes } from './parse.ts';
import { quote, type Token, tokenize } from './tokenizer.ts';

/** What can stand where the cursor is. */
export interface Possible {
  /** The part of the line before the cursor that a candidate replaces begins here. */
  from: number;
  partial: string;
  expected: Expected[];
  /** False where what stands before is wrong: then there is nothing to offer. */
  sound: boolean;
}

const PIPE_HELP = 'Filter, count, format or keep the answer';

/** Looks at the line up to the cursor. Pure. */
export function possibleAt(grammar: Grammar, before: string): Possible {
  const { tokens } = tokenize(before);
  const last = tokens.at(-1);
  const open = last !== undefined && !last.isPipe && last.end === before.length ? last : null;
  const partial = open?.text ?? '';
  const from = open?.start ?? before.length;
  const place = { open, partial, from };
  const earlier = (splitAtPipes(tokens).at(-1) ?? []).filter((token) => token !== open);
  const bar = tokens.findLast(({ isPipe }) => isPipe);
  if (bar) {
    const piped = parse(grammar, before.slice(0, bar.start));
    if (piped.outcome !== 'command' || piped.command.effect === 'changes') return unsound(place);
    return possibleIn(pipesAfter(piped.pipes.map(({ pipe }) => pipe)), earlier, place);
  }
  const words = earlier.filter((token) => !isOption(token));
  if (open && isOption(open)) {
    const reading = read(grammar, words);
    if (reading.outcome !== 'read') return unsound(place);
    const effects = reading.states.map(({ command }) => command.effect);
    const expected = optionHelp
      .filter(({ word, needs }) => word.startsWith(partial) && (needs === null || effects.includes(needs)))
      .map(({ word, help }) => ({ type: 'word' as const, word, help }));
    return { from, partial, expected, sound: true };
  }
  return possibleIn(grammar, words, place);
}

interface Place {
  open: Token | null;
  partial: string;
  from: number;
}

const unsound = ({ from, partial }: Place): Possible => ({ from, partial, expected: [], sound: false });

function possibleIn<V extends Verb & { effect?: string }>(
  grammar: Grammar<V>,
  earlier: readonly Token[],
  { open, partial, from }: Place,
): Possible {
  const reading = read(grammar, earlier);
  if (reading.outcome !== 'read') return unsound({ open, partial, from });
  const expected = reading.expected.filter((each) => {
    if (each.type === 'word') return !open?.quoted && each.word.startsWith(partial.toLowerCase());
    return each.type === 'value' || partial === '';
  });
  const ended = reading.states.find(canEnd);
  if (ended && partial === '' && ended.command.effect !== 'changes') expected.push({ type: 'pipe', help: PIPE_HELP });
  return { from, partial, expected, sound: true };
}

/** How a kind's values are asked for. */
export type AskForValues = (kind: Kind, client: Client, signal: AbortSignal) => Promise<readonly Candidate[]>;

export interface Offer {
  from: number;
  partial: string;
  /** Words first, then what there is just now. */
  candidates: Candidate[];
  /** Kinds of value that can stand here, whether or not any is known. */
  kinds: Candidate[];
  canEnd: boolean;
  /** What a bar would do here; null where none can stand. */
  pipe: string | null;
  sound: boolean;
  /** Why there are no live values, in one sentence. */
  problem: string | null;
}

/** As `possibleAt`, with the live values of the daemon. Never rejects. */
export async function offerAt(
  grammar: Grammar,
  before: string,
  client: Client,
  signal: AbortSignal,
  ask: AskForValues = (kind, ...rest) => kind.complete(...rest),
): Promise<Offer> {
  const possible = possibleAt(grammar, before);
  const candidates: Candidate[] = [];
  const kinds: Candidate[] = [];
  let problem: string | null = null;
  for (const each of possible.expected) {
    if (each.type === 'word') candidates.push({ text: each.word, help: each.help });
    if (each.type !== 'value') continue;
    const { kind, help } = each.argument;
    kinds.push({ text: kind.metavar, help });
    try {
      const live = await ask(kind, client, signal);
      const wanted = possible.partial.toLowerCase();
      for (const value of live) if (value.text.toLowerCase().startsWith(wanted)) candidates.push(value);
    } catch (thrown) {
      problem = thrown instanceof Error ? thrown.message : String(thrown);
    }
  }
  const canEnd = possible.expected.some(({ type }) => type === 'end');
  const { from, partial, sound } = possible;
  const pipe = possible.expected.find(({ type }) => type === 'pipe') ? PIPE_HELP : null;
  return { from, partial, candidates, kinds, canEnd, pipe, sound, problem };
}

/** The letters that all candidates begin with, quoted where they must be, and whether that decides it. */
export function commonStart(offer: Offer): { text: string; decided: boolean } {
  const [first, ...rest] = offer.candidates;
  if (!first) return { text: '', decided: false };
  if (rest.length === 0) return { text: quote(first.text), decided: true };
  let common = first.text;
  for (const { text } of rest) {
    while (!text.toLowerCase().startsWith(common.toLowerCase())) common = common.slice(0, -1);
  }
  return { text: common === '' ? '' : quote(common), decided: false };
}

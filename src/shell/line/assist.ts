import type { Client } from '../../api/client/client.ts';
import { type AskForValues, commonStart, offerAt } from '../grammar/complete.ts';
import { diagnose } from '../grammar/diagnosis.ts';
import type { Grammar } from '../grammar/grammar.ts';
import { parse } from '../grammar/parse.ts';
import type { Output } from '../output.ts';
import { listing } from '../views/listing.ts';
import type { Assistance } from './assistance.ts';
import type { LiveValues } from './live-values.ts';

export interface AssistanceOptions {
  grammar: Grammar;
  client: () => Client;
  output: Output;
  /** Columns of the prompt. */
  indent: () => number;
  history: readonly string[];
  values: LiveValues;
}

/** More is no help. */
const MOST_ROWS = 100;

/** A completion that takes longer is given up: nobody waits for TAB. */
const ASSIST_MS = 2500;

const askOf =
  ({ values }: AssistanceOptions): AskForValues =>
  (kind, client, signal) =>
    values.of(kind, client, signal);

const bounded = (signal: AbortSignal): AbortSignal => AbortSignal.any([signal, AbortSignal.timeout(ASSIST_MS)]);

/** TAB and `?` for a session, out of the grammar and what the daemon knows. */
export function createAssistance(options: AssistanceOptions): Assistance {
  return {
    history: options.history,
    complete: async (before, signal) => {
      const offer = await offerAt(options.grammar, before, options.client(), bounded(signal), askOf(options));
      return { ...offer, ...commonStart(offer) };
    },
    help: (before, signal) => helpAt(before, bounded(signal), options),
  };
}

/** For `?`: words, live values, and `<cr>` where the command may end; or what is wrong before it. */
async function helpAt(before: string, signal: AbortSignal, options: AssistanceOptions): Promise<string[]> {
  const { grammar, client, output } = options;
  const { width, paint } = output;
  const offer = await offerAt(grammar, before, client(), signal, askOf(options));
  if (!offer.sound) {
    const parsed = parse(grammar, before);
    if (parsed.outcome === 'empty' || parsed.outcome === 'command') return [];
    return diagnose(parsed, { line: before, indent: options.indent(), width }, paint);
  }
  const shown = offer.candidates.slice(0, MOST_ROWS);
  const rows = [...offer.kinds, ...shown].map(({ text, help }): [string, string] => [text, help]);
  const left = offer.candidates.length - shown.length;
  if (left > 0) rows.push(['…', `and ${left.toLocaleString('en-US')} more: type a few letters`]);
  if (offer.canEnd) rows.push(['<cr>', 'Enter runs it']);
  if (offer.pipe !== null) rows.push(['|', offer.pipe]);
  if (rows.length === 0) rows.push(['', 'Nothing fits here.']);
  const problem = offer.problem === null ? [] : [paint.faint(`  ${offer.problem}`)];
  return [...listing(rows, width, paint), ...problem];
}

import type { Client } from '../api/client/client.ts';
import type { Context } from './context.ts';
import type { ExitCode } from './failure.ts';

export interface Candidate {
  text: string;
  /** A word about it, for the help and the menu. */
  help: string;
}

/** What kind of thing an argument is: how it is written in help, what is accepted, and what there is just now. */
export interface Kind {
  metavar: string;
  /** Null where the text can be one; otherwise why not, in one sentence. */
  problem(text: string): string | null;
  /** What can stand here now, most likely first. */
  complete(client: Client, signal: AbortSignal): Promise<Candidate[]>;
}

export interface ArgumentSpec {
  name: string;
  kind: Kind;
  help: string;
  optional?: true;
  /** Takes all words to the end of the line; the last parameter. */
  rest?: true;
  /** Takes words for as long as they can be such values: the handler gets a list. */
  list?: true;
  /** A word that has to stand before the value, as in `to RELEASE`. */
  after?: { word: string; help: string };
}

/** A word that may be added at the end, as in `show upgrade status watch`. */
export interface FlagSpec {
  name: string;
  flag: true;
  help: string;
}

export type ParameterSpec = ArgumentSpec | FlagSpec;

/** What is known of a line that was read. */
export type ReadValues = Record<string, string | boolean | readonly string[] | undefined>;

/** What the handler gets: text for an argument, yes or no for a flag, a list where there may be several. */
export type Values<P extends readonly ParameterSpec[]> = {
  [Each in P[number] as Each['name']]: Each extends FlagSpec
    ? boolean
    : Each extends { list: true }
      ? readonly string[]
      : Each extends { optional: true }
        ? string | undefined
        : string;
};

/** What the grammar has to know of something that can be typed. */
export interface Verb {
  words: readonly string[];
  /** Other words for the same. */
  alias?: readonly string[];
  /** One line for `?`. */
  summary: string;
  parameters: readonly ParameterSpec[];
  /** Takes the words of another command after its own. */
  takesWords?: true;
}

interface Description extends Omit<Verb, 'parameters'> {
  /** A few sentences for `help`. */
  about: string;
  /** One that changes something is echoed in full when it was abbreviated, and asks before it acts. */
  effect: 'looks' | 'changes';
  examples: readonly string[];
}

export interface Command extends Description {
  parameters: readonly ParameterSpec[];
  run(values: ReadValues, context: Context): Promise<ExitCode>;
}

interface Definition<P extends readonly ParameterSpec[]> extends Description {
  parameters: P;
  run(values: Values<P>, context: Context): Promise<ExitCode>;
}

/** Declares a command; the handler's values are typed by its parameters. */
export function command<const P extends readonly ParameterSpec[]>(definition: Definition<P>): Command {
  return { ...definition, run: (values, context) => definition.run(values as Values<P>, context) };
}

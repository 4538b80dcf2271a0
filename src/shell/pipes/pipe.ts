import type { ParameterSpec, ReadValues, Values, Verb } from '../command.ts';

/** Lines go through it one by one. */
export interface Filter {
  /** What becomes of a line: itself, nothing, or several. */
  take(line: string): readonly string[];
  /** What is left when no more lines come. */
  end(): readonly string[];
  /** Nothing that still comes would change its answer. */
  isFull(): boolean;
}

/**
 * What can stand behind a bar. A `format` writes the answer itself and stands first; a `filter` works on lines;
 * `save` keeps them and stands last; `no-more` only says how they are shown.
 */
export type PipeRole = 'format' | 'filter' | 'save' | 'no-more';

export interface Pipe extends Verb {
  about: string;
  /** Each stands behind a command that only looks. */
  examples: readonly string[];
  role: PipeRole;
  /** For a filter. Rejects with `usage` where the values make none, as a wrong expression does. */
  open?(values: ReadValues): Promise<Filter>;
}

interface FilterDefinition<P extends readonly ParameterSpec[]> extends Omit<Pipe, 'role' | 'open' | 'parameters'> {
  parameters: P;
  open(values: Values<P>): Promise<Filter>;
}

/** Declares a filter; the values are typed by its parameters. */
export function filter<const P extends readonly ParameterSpec[]>(definition: FilterDefinition<P>): Pipe {
  return { ...definition, role: 'filter', open: (values) => definition.open(values as Values<P>) };
}

/** A pipe of a line, as it was read. */
export interface PipeCall {
  pipe: Pipe;
  values: ReadValues;
}

import { type ErrorCode, toBelayError } from '../domain/errors.ts';
import type { EngineProgress, OperationFacts } from '../domain/operation.ts';
import type { ServiceSpec } from '../domain/service-spec.ts';
import type { StepContext } from '../domain/step.ts';
import { firstNames } from './first-names.ts';

/** What is no failing of an engine's. */
const FATAL: readonly ErrorCode[] = ['engine-unreachable', 'journal-unusable', 'interrupted', 'internal'];

/** Whether what was thrown ends the step, and not the try of one engine alone. */
export const isFatal = ({ signal }: StepContext, thrown: unknown): boolean =>
  signal.aborted || FATAL.includes(toBelayError(thrown).code);

/** For the end of a sentence, without its full stop. */
export function whyItFailed(thrown: unknown): string {
  const { details, message } = toBelayError(thrown);
  return typeof details['why'] === 'string' ? details['why'] : message.replace(/\.$/, '');
}

/** Keeps how far an engine is: with a reason it has failed, with null it has followed. */
export function noteEngine(context: StepContext, { name }: ServiceSpec, reason: string | null): void {
  const { facts, learn } = context;
  learn({ engines: { ...facts().engines, [name]: { state: reason === null ? 'followed' : 'failed', reason } } });
}

/** What came of them is told so often, and no oftener: each time the journal writes of all of them. */
const NOTE_EVERY_MS = 200;

/**
 * How far the engines are, for the journal. What came of an engine may be lost with a daemon, as the next one asks the
 * Docker Engine; that one is being exchanged is on the disk before it is.
 */
export class EngineNotes {
  readonly #context: Pick<StepContext, 'facts' | 'learn' | 'clock'>;
  #ended: Record<string, EngineProgress> = {};
  #writtenMs = Number.NEGATIVE_INFINITY;

  constructor(context: Pick<StepContext, 'facts' | 'learn' | 'clock'>) {
    this.#context = context;
  }

  /** From here on their containers of the old release may be off. */
  switching(names: readonly string[]): void {
    this.#write(Object.fromEntries(names.map((name) => [name, { state: 'switching', reason: null }])));
  }

  /** With a reason it has failed, with null it has followed. */
  ended(name: string, reason: string | null): void {
    this.#ended[name] = { state: reason === null ? 'followed' : 'failed', reason };
    if (this.#context.clock.monotonicMs() - this.#writtenMs >= NOTE_EVERY_MS) this.flush();
  }

  /** How many have followed, and how many have failed. */
  get counts(): { followed: number; failed: number } {
    const states = Object.values({ ...this.#context.facts().engines, ...this.#ended }).map(({ state }) => state);
    const count = (state: EngineProgress['state']) => states.filter((each) => each === state).length;
    return { followed: count('followed'), failed: count('failed') };
  }

  flush(): void {
    if (Object.keys(this.#ended).length > 0) this.#write({});
  }

  #write(more: Record<string, EngineProgress>): void {
    const { facts, learn, clock } = this.#context;
    learn({ engines: { ...facts().engines, ...this.#ended, ...more } });
    this.#ended = {};
    this.#writtenMs = clock.monotonicMs();
  }
}

/** Engines that failed for good, each with its reason, for the end of a sentence: `agent-2 (it exited with code 1)`. */
export const failedEngines = ({ engines = {} }: OperationFacts): string[] =>
  Object.entries(engines).flatMap(([name, { state, reason }]) => (state === 'failed' ? [`${name} (${reason})`] : []));

/** The same in so many words as can be read. */
export const failedEnginesText = (facts: OperationFacts): string => firstNames(failedEngines(facts));

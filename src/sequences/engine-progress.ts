import { type ErrorCode, toBelayError } from '../domain/errors.ts';
import type { OperationFacts } from '../domain/operation.ts';
import type { ServiceSpec } from '../domain/service-spec.ts';
import type { StepContext } from '../domain/step.ts';

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

/** From here on its container of the old release may be off. */
export function noteSwitching({ facts, learn }: StepContext, { name }: ServiceSpec): void {
  learn({ engines: { ...facts().engines, [name]: { state: 'switching', reason: null } } });
}

/** Engines that failed for good, each with its reason, for the end of a sentence: `agent-2 (it exited with code 1)`. */
export const failedEngines = ({ engines = {} }: OperationFacts): string[] =>
  Object.entries(engines).flatMap(([name, { state, reason }]) => (state === 'failed' ? [`${name} (${reason})`] : []));

import { BelayError } from './errors.ts';
import type { Intervention, JournalEntry, Operation, OperationFacts, OperationKind } from './operation.ts';
import { decideRecovery } from './recovery.ts';

/** How much administrators have added to the gate's deadline of an operation. */
export function extendedMs({ interventions = [] }: OperationFacts): number {
  return interventions.reduce((sum, { addedMs }) => sum + (addedMs ?? 0), 0);
}

export const abortOf = ({ interventions = [] }: OperationFacts): Intervention | undefined =>
  interventions.find(({ what }) => what === 'abort');

/** Why an operation that was aborted goes back: the reason that it ends with. */
export const abortedBy = ({ kind }: Operation, { by }: Intervention): BelayError =>
  new BelayError('interrupted', `The ${wordOf(kind)} was aborted by ${by}.`);

const wordOf = (kind: OperationKind): string => (kind === 'install' ? 'installation' : kind);

const goesBack = (entries: readonly JournalEntry[]): boolean =>
  entries.some(({ phase }) => phase === 'revert-intent' || phase === 'reverted' || phase === 'revert-failed');

/** Why an operation cannot be aborted any more; null where it can. `versions` are those of its two releases. */
export function abortRefusal(
  operation: Operation,
  entries: readonly JournalEntry[],
  versions: { from: string; to: string },
): BelayError | null {
  const { kind, appliance } = operation;
  if (goesBack(entries) && kind === 'install') {
    return refusal(`The installation of ${appliance} is being taken back already.`, WATCH);
  }
  if (goesBack(entries)) {
    return refusal(`The ${kind} of ${appliance} is going back to ${versions.from} already.`, WATCH);
  }
  if (decideRecovery(kind, entries) === 'go-back') return null;
  if (kind === 'rollback') {
    return refusal(
      `The rollback of ${appliance} has begun to turn ${versions.from} off: now it only goes on, because going back twice could end nowhere.`,
      `To return to ${versions.from} when it has ended: rollback system to ${operation.from}`,
    );
  }
  if (kind === 'install') return refusal(`${appliance} is installed already.`, 'Look at it: show system');
  return refusal(`${versions.to} has taken over already.`, 'To go back: rollback system');
}

const EXTENDABLE: readonly OperationKind[] = ['upgrade', 'promotion', 'rehearsal'];

/** Why the gate's deadline of an operation cannot be extended; null where it can. */
export function extendRefusal(
  operation: Operation,
  entries: readonly JournalEntry[],
  versions: { from: string; to: string },
): BelayError | null {
  if (!EXTENDABLE.includes(operation.kind)) {
    const { kind, appliance } = operation;
    const what = `${kind === 'install' ? 'An' : 'A'} ${wordOf(kind)}`;
    return refusal(`${what} of ${appliance} is running, and no upgrade.`, WATCH);
  }
  if (abortOf(operation.facts)) return refusal(`The upgrade of ${operation.appliance} was aborted.`, WATCH);
  return abortRefusal(operation, entries, versions);
}

const WATCH = 'Watch it: show upgrade status watch';

const refusal = (message: string, hint: string): BelayError => new BelayError('refused', message, { hint });

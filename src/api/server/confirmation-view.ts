import { leftToConfirmMs } from '../../domain/confirmation.ts';
import type { OperationId } from '../../domain/ids.ts';
import type { World } from '../../domain/ports/world.ts';
import type { ConfirmationView } from '../contract/running-views.ts';

/** What an upgrade has to be confirmed within, and what became of that; null where it needs no confirmation. */
export function viewConfirmation(
  { journal, clock }: Pick<World, 'journal' | 'clock'>,
  id: OperationId,
): ConfirmationView | null {
  const operation = journal.operation(id);
  const windowMs = operation?.facts.confirmWithinMs;
  if (!operation || windowMs === undefined) return null;
  const confirmation = journal.confirmations.ofOperation(id);
  const version = (release: string) => journal.release(release)?.version ?? 'unknown';
  // An upgrade that has ended without one never took over.
  if (!confirmation && operation.state !== 'running') return null;
  const isPending = confirmation?.state === 'pending';
  return {
    state: confirmation?.state ?? 'asked',
    operation: id,
    release: operation.to,
    version: version(operation.to),
    backTo: version(operation.from),
    windowMs,
    leftMs: isPending ? leftToConfirmMs(confirmation, clock) : null,
    dueAt: isPending ? confirmation.dueAt.toISOString() : null,
    endedBy: confirmation?.endedBy ?? null,
    endedAt: confirmation?.endedAt?.toISOString() ?? null,
  };
}

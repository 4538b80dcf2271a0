import { BelayError } from './errors.ts';
import type { Operation } from './operation.ts';

/** One operation at a time: the refusal that names who holds the appliance, and since when. */
export function heldBy(holder: Operation): BelayError {
  const since = holder.startedAt.toISOString().slice(11, 19);
  return new BelayError(
    'busy',
    `${holder.appliance} is held by ${holder.kind} ${holder.id}, started by ${holder.by} at ${since} UTC.`,
    {
      hint: 'Watch it: show upgrade status watch',
      details: { operation: holder.id, kind: holder.kind, by: holder.by, startedAt: holder.startedAt.toISOString() },
    },
  );
}

/** The refusal of what was planned from a release that is not the active one any more. */
export const outdated = (appliance: string): BelayError =>
  new BelayError('busy', `Another operation has changed ${appliance} since this one was planned.`, {
    hint: 'See what runs now: show system. Then type the command again.',
  });

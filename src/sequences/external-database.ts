import { BelayError } from '../domain/errors.ts';
import type { OperationKind } from '../domain/operation.ts';
import type { StepContext } from '../domain/step.ts';
import { findInstance } from './instances.ts';
import { hasBeenRun, runHook } from './run-hook.ts';
import { isShared } from './taking-over.ts';

const GOING_BACK: readonly OperationKind[] = ['upgrade', 'promotion'];

/**
 * Whether an upgrade that goes back leaves a database that the new release may have changed, and that a hook can bring
 * back to how the old one left it.
 */
async function needsRestore(context: StepContext): Promise<boolean> {
  if (!GOING_BACK.includes(context.operation.kind) || !context.facts().planned?.hooks.restore) return false;
  return (await wasStarted(context)) && !(await hasBeenRun(context, 'restore'));
}

/** A container that is gone may have been started, where its start was meant. */
async function wasStarted(context: StepContext): Promise<boolean> {
  const { journal, operation, to } = context;
  const isMeant = journal.entries(operation.id).some(({ step, phase }) => step === 'start' && phase === 'intent');
  if (!isMeant) return false;
  const own = to.services.filter((service) => !isShared(context, service));
  const found = await Promise.all(own.map((service) => findInstance(context, to, service)));
  return found.some((instance) => instance === null || instance.startedAt !== null);
}

/** Restores the backup that the operation has made, where the new release has been at the database since. */
export async function restoreBackup(context: StepContext): Promise<void> {
  if (await needsRestore(context)) await runHook(context, 'restore', context.from);
}

/** The old release is not started on a database that the new one may have changed. */
export async function mustHaveItsDatabase(context: StepContext): Promise<void> {
  if (!(await needsRestore(context))) return;
  const { version } = context.from;
  throw new BelayError('refused', `The external database could not be restored, so ${version} is not started on it.`, {
    hint: 'Restore it by hand, then: repair system',
  });
}

import { type BelayError, toBelayError } from '../domain/errors.ts';
import type { EntryPhase } from '../domain/operation.ts';
import type { World } from '../domain/ports/world.ts';
import type { Step, StepContext } from '../domain/step.ts';
import { crashPoint } from './crash-points.ts';
import { isLastAttempt, pauseAfter, ROOM_PAUSES_MS } from './retries.ts';

export interface TakingBack {
  world: World;
  contextOf(step: Step): StepContext;
  record(step: Step, phase: EntryPhase, message?: string): void;
}

/** A step that could not be taken back. */
export interface Failed {
  step: Step;
  error: BelayError;
}

/** Takes back one step, with its record. Returns why that was not possible; rejects where the journal cannot be written. */
export async function takeBack(its: TakingBack, step: Step): Promise<BelayError | null> {
  const context = its.contextOf(step);
  its.record(step, 'revert-intent');
  await crashPoint(`${step.name}:revert-intent`);
  for (let attempt = 1; ; ) {
    try {
      await step.revert?.(context);
      await crashPoint(`${step.name}:revert-acted`);
      its.record(step, 'reverted');
      await crashPoint(`${step.name}:reverted`);
      return null;
    } catch (thrown) {
      const error = toBelayError(thrown);
      if (error.code === 'journal-unusable') throw error;
      // What the steps before it made takes room, which is only free when they are taken back.
      if (isLastAttempt(error, attempt, error.code === 'no-space' ? 'short' : 'long')) {
        its.record(step, 'revert-failed', error.message);
        return error;
      }
      context.report({ detail: `${error.message} It is tried again.` });
      attempt += await pauseAfter(its.world, error, attempt);
    }
  }
}

/** What lacked room may have it when what the operation had made is gone. Returns what still fails. */
export async function takeBackOnceThereIsRoom(its: TakingBack, failed: readonly Failed[]): Promise<readonly Failed[]> {
  let left = failed;
  for (const pauseMs of ROOM_PAUSES_MS) {
    if (!left.some(({ error }) => error.code === 'no-space')) break;
    await its.world.clock.sleep(pauseMs);
    const still: Failed[] = [];
    for (const { step } of left) {
      const error = await takeBack(its, step);
      if (error) still.push({ step, error });
    }
    left = still;
  }
  return left;
}

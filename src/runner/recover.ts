import { BelayError } from '../domain/errors.ts';
import type { Operation, OperationKind } from '../domain/operation.ts';
import type { World } from '../domain/ports/world.ts';
import { decideRecovery, MAX_RECOVERIES, triesWithoutProgress } from '../domain/recovery.ts';
import type { Sequence } from '../domain/step.ts';
import { engineAnswers } from './engine-answers.ts';
import type { Runner } from './runner.ts';

export interface Recovery {
  world: World;
  runner: Runner;
  sequences: Readonly<Record<OperationKind, Sequence>>;
}

/**
 * Takes up every operation that an earlier daemon left unfinished: goes forward or back by the table
 * in the domain. Waits for the engine first, which after a reboot may come up later than the daemon.
 * Resolves when all of them have ended.
 */
export async function recoverUnfinished(recovery: Recovery, signal: AbortSignal): Promise<void> {
  const unfinished = recovery.world.journal.unfinished();
  if (unfinished.length === 0) return;
  await engineAnswers(recovery.world, signal);
  for (const operation of unfinished) {
    recovery.runner.inBackground(operation, () => takeUp(recovery, operation));
    await recovery.runner.settled(operation.id);
  }
}

async function takeUp({ world, runner, sequences }: Recovery, operation: Operation): Promise<void> {
  const entries = world.journal.entries(operation.id);
  const decision = decideRecovery(operation.kind, entries);
  const lastStep = operation.steps.find(({ name }) => name === entries.at(-1)?.step)?.title ?? 'the first step';
  const failure = entries.findLast(({ phase }) => phase === 'failed')?.message;
  const cause =
    runner.interventions.abortCause(operation.id) ??
    new BelayError('interrupted', failure ?? `The Belay daemon was cut off at "${lastStep}".`);
  const recovery = triesWithoutProgress(operation.facts.recovery, entries);
  world.journal.countRecovery(operation.id);
  world.journal.learn(operation.id, { recovery });
  if (recovery.tries > MAX_RECOVERIES) {
    const reason = `Recovery was cut off ${MAX_RECOVERIES} times without getting further, so it waits for somebody to look. ${cause.message}`;
    world.journal.finish(operation.id, 'needs-attention', reason, world.clock.now());
    return;
  }
  if (decision === 'go-back') return runner.goBack(operation, cause);
  const sequence = sequences[operation.kind];
  const first = sequence.steps.findIndex(({ name }) => name === sequence.forwardFrom);
  return runner.goForward(operation, first);
}

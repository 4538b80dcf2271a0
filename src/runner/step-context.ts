import { BelayError } from '../domain/errors.ts';
import type { OperationId, ReleaseId } from '../domain/ids.ts';
import type { Journal } from '../domain/ports/journal.ts';
import type { World } from '../domain/ports/world.ts';
import type { Release } from '../domain/release.ts';
import type { StepContext } from '../domain/step.ts';
import type { LiveProgress } from './live-progress.ts';

/**
 * What a step sees of its operation is read from the journal: nothing lives in memory alone. What no step changes of
 * it while it runs is read once for each.
 */
export function contextFor(
  world: World,
  id: OperationId,
  step: string,
  progress: LiveProgress,
  signal: AbortSignal,
): StepContext {
  const { journal } = world;
  const operation = () => {
    const found = journal.operation(id);
    if (!found) throw new BelayError('internal', `There is no operation ${id} in the journal.`);
    return found;
  };
  const its = once(operation);
  const from = once(() => mustRelease(journal, its().from));
  const to = once(() => mustRelease(journal, its().to));
  return {
    ...world,
    get operation() {
      return its();
    },
    get from() {
      return from();
    },
    get to() {
      return to();
    },
    facts: () => operation().facts,
    learn: (facts) => journal.learn(id, facts),
    signal,
    report: (update) => progress.report(id, step, update),
  };
}

function mustRelease(journal: Journal, id: ReleaseId): Release {
  const release = journal.release(id);
  if (!release) throw new BelayError('internal', `There is no release ${id} in the journal.`);
  return release;
}

function once<Value>(read: () => Value): () => Value {
  let value: { is: Value } | null = null;
  return () => {
    value ??= { is: read() };
    return value.is;
  };
}

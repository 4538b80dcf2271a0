import { type BelayError, toBelayError } from '../domain/errors.ts';
import type { Operation } from '../domain/operation.ts';
import type { Journal } from '../domain/ports/journal.ts';
import type { World } from '../domain/ports/world.ts';
import { decideRecovery } from '../domain/recovery.ts';
import type { Sequence, Step, StepContext } from '../domain/step.ts';

const POLL_MS = 1_000;

/** What a step tells the journal in passing. A commit is not among them: it is recorded or it has not happened. */
const IN_PASSING = [
  ...['record', 'learn', 'recordInstance', 'forgetInstance', 'updateSlotMount', 'discardSlot'],
  ...['recordInstances', 'recordOrphans', 'forgetOrphans'],
];

/** The journal as it is, but for what cannot be written into it: that is let go. */
export function unrecorded(journal: Journal): Journal {
  return new Proxy(journal, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      if (!IN_PASSING.includes(String(name))) return value.bind(target);
      return (...values: unknown[]) => {
        try {
          return value.apply(target, values);
        } catch (thrown) {
          if (toBelayError(thrown).code !== 'journal-unusable') throw thrown;
        }
      };
    },
  });
}

export interface Perseverance {
  world: World;
  sequence: Sequence;
  operation: Operation;
  /** For a step whose record is let go. */
  contextOf(step: Step): StepContext;
  goBack(cause: BelayError): Promise<void>;
  goForward(): Promise<void>;
  needsAttention(reason: string): void;
  /** Aborted when the daemon stops: the next one takes the operation up. */
  stopping: AbortSignal;
}

/**
 * Runs an operation although its journal may fail. While nothing can be written, the appliance is brought to the
 * side on which a new daemon would bring it by what the journal says, with the same steps, which are safe to
 * repeat. When there is room again they are repeated with their record. A defect ends in `needs attention`; one that
 * keeps even that from being recorded is left to the next daemon.
 */
export async function persevere(its: Perseverance, work: () => Promise<void>): Promise<void> {
  let isGivenUp = false;
  for (let next = work; ; ) {
    try {
      return await next();
    } catch (thrown) {
      const error = toBelayError(thrown);
      if (error.code !== 'journal-unusable') {
        if (isGivenUp) return;
        isGivenUp = true;
        next = async () => its.needsAttention(error.message);
      } else if (await untilWritable(its)) next = () => resume(its, error);
      else return;
    }
  }
}

async function resume({ world, operation, goBack, goForward }: Perseverance, cause: BelayError): Promise<void> {
  if (world.journal.operation(operation.id)?.state !== 'running') return;
  const decision = decideRecovery(operation.kind, world.journal.entries(operation.id));
  return decision === 'go-back' ? goBack(cause) : goForward();
}

/** False where the daemon stops before. */
async function untilWritable(its: Perseverance): Promise<boolean> {
  let isOnItsSide = false;
  while (!its.stopping.aborted) {
    // Until the engine has let it: that may be away as well.
    if (!isOnItsSide) {
      isOnItsSide = await bringToItsSide(its).then(
        () => true,
        () => false,
      );
    }
    try {
      its.world.journal.proveWritable();
      return true;
    } catch {
      await its.world.clock.sleep(POLL_MS, its.stopping).catch(() => {});
    }
  }
  return false;
}

async function bringToItsSide({ world, sequence, operation, contextOf }: Perseverance): Promise<void> {
  const entries = world.journal.entries(operation.id);
  const indexOf = (name: string) => sequence.steps.findIndex((step) => step.name === name);
  if (decideRecovery(operation.kind, entries) === 'go-back') {
    const begun = new Set(entries.filter(({ phase }) => phase === 'intent').map(({ step }) => step));
    for (const step of sequence.steps.slice(indexOf(sequence.switchesAt)).toReversed()) {
      if (begun.has(step.name)) await step.revert?.(contextOf(step));
    }
    return;
  }
  for (const step of sequence.steps.slice(indexOf(sequence.forwardFrom))) {
    if (step.recordsOutcome) return;
    const context = contextOf(step);
    if (!(await step.check(context))) await step.run(context);
  }
}

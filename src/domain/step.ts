import type { Operation, OperationFacts, OperationKind, StepProgress } from './operation.ts';
import type { ArchiveStore } from './ports/archive-store.ts';
import type { Clock } from './ports/clock.ts';
import type { ContainerHost } from './ports/container-host.ts';
import type { Journal } from './ports/journal.ts';
import type { SlotStore } from './ports/slot-store.ts';
import type { Release } from './release.ts';

/** The world that a step acts on, and the only things it may remember by. */
export interface StepContext {
  operation: Operation;
  from: Release;
  to: Release;
  /** As the journal has them now. */
  facts(): Readonly<OperationFacts>;
  /** Merged into the journal, on disk when it returns. */
  learn(facts: Partial<OperationFacts>): void;
  host: ContainerHost;
  slots: SlotStore;
  archives: ArchiveStore;
  journal: Journal;
  clock: Clock;
  /** Aborted when the daemon has to give up waiting. */
  signal: AbortSignal;
  report(progress: Partial<StepProgress>): void;
}

/**
 * One line of a runbook. `check` says whether the effect is already there, which makes the step safe
 * to repeat; `run` brings it about; `revert` takes it back, also where `run` was cut off half way.
 */
export interface Step {
  name: string;
  title(releases: { from: Release; to: Release }): string;
  check(context: StepContext): Promise<boolean>;
  run(context: StepContext): Promise<void>;
  /** Absent where there is nothing to take back. */
  revert?(context: StepContext): Promise<void>;
  /** The step writes its own `done` entry, within its transaction. */
  recordsOutcome?: true;
}

/** A runbook. */
export interface Sequence {
  kind: OperationKind;
  steps: readonly Step[];
  /** A failure of a step before this one changes nothing that serves: the operation has `failed`. */
  switchesAt: string;
  /** From this step on a failure goes forward, not back. */
  forwardFrom: string;
}

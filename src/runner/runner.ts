import { BelayError, toBelayError } from '../domain/errors.ts';
import type { OperationId } from '../domain/ids.ts';
import type { EntryPhase, Operation, OperationKind, OperationState, StepProgress } from '../domain/operation.ts';
import type { NewOperation } from '../domain/ports/journal.ts';
import type { World } from '../domain/ports/world.ts';
import { stepsToRevert } from '../domain/recovery.ts';
import type { Sequence, Step } from '../domain/step.ts';
import { crashPoint } from './crash-points.ts';
import { Interventions } from './interventions.ts';
import { LiveProgress } from './live-progress.ts';
import { engineWorksAgain, isLastAttempt, pauseAfter } from './retries.ts';
import { contextFor } from './step-context.ts';
import { type Failed, type TakingBack, takeBack, takeBackOnceThereIsRoom } from './take-back.ts';
import { persevere, unrecorded } from './without-journal.ts';

export interface RunnerOptions {
  world: World;
  sequences: Readonly<Record<OperationKind, Sequence>>;
  /** Called whenever something about an operation has changed. */
  onChange: (operation: OperationId) => void;
  /** Called before what an operation made is taken away, when the old release serves again. */
  keepEvidence?: (operation: Operation) => Promise<void>;
}

/**
 * Runs runbooks and records them. It knows no particular step: only that a step is checked, run and
 * reverted, what a sequence calls its switch, and from where it goes forward.
 */
export class Runner {
  readonly #world: World;
  readonly #sequences: RunnerOptions['sequences'];
  readonly #onChange: (operation: OperationId) => void;
  readonly #keepEvidence: (operation: Operation) => Promise<void>;
  readonly #progress: LiveProgress;
  readonly #running = new Map<OperationId, Promise<void>>();
  readonly #draining = new AbortController();
  /** What administrators do to what runs. */
  readonly interventions: Interventions;

  constructor(options: RunnerOptions) {
    this.#world = options.world;
    this.#sequences = options.sequences;
    this.#onChange = options.onChange;
    this.#keepEvidence = options.keepEvidence ?? (async () => {});
    this.#progress = new LiveProgress(options.world.clock, options.onChange);
    this.interventions = new Interventions(options.world, options.onChange);
  }

  /** Accepts an operation and runs it in the background. `busy` when the appliance is held. */
  start(request: NewOperation): Operation {
    if (this.#draining.signal.aborted) {
      throw new BelayError('interrupted', 'The Belay daemon is stopping.', { hint: 'Type the command again.' });
    }
    const operation = this.#world.journal.begin(request, this.#world.clock.now());
    this.inBackground(operation, () => this.goForward(operation, 0));
    return operation;
  }

  progress(operation: OperationId, step: string): StepProgress {
    return this.#progress.of(operation, step);
  }

  /** Resolves when the operation no longer runs here. */
  async settled(operation: OperationId): Promise<void> {
    await this.#running.get(operation);
  }

  /**
   * Stops at the next safe point: what has not begun to switch is left for the next daemon to take
   * back; what has begun is finished first. Resolves when nothing runs any more.
   */
  async drain(): Promise<void> {
    this.#draining.abort(new BelayError('interrupted', 'The Belay daemon is stopping.'));
    await Promise.all(this.#running.values());
  }

  /** Runs the steps from `first` on. Failures before `forwardFrom` go back, later ones are tried again. */
  async goForward(operation: Operation, first: number): Promise<void> {
    const sequence = this.#sequences[operation.kind];
    const switchIndex = indexOf(sequence, sequence.switchesAt);
    const forwardIndex = indexOf(sequence, sequence.forwardFrom);
    let attempt = 1;
    for (let index = first; index < sequence.steps.length; index++) {
      const step = sequence.steps[index] as Step;
      // A plan leaves out what its operation does not need.
      if (!operation.steps.some(({ name }) => name === step.name)) continue;
      if (this.#draining.signal.aborted && index <= switchIndex) return;
      const aborted = this.interventions.abortCause(operation.id);
      if (aborted) return this.goBack(operation, aborted);
      try {
        await this.#perform(operation, step, index < switchIndex);
      } catch (thrown) {
        // The transaction was on the disk, and only the answer was not: from there it goes forward.
        if (step.recordsOutcome && this.#isRecorded(operation, step)) continue;
        const error = this.interventions.abortCause(operation.id) ?? toBelayError(thrown);
        if (this.#draining.signal.aborted && index < switchIndex) return;
        this.#recordFailure(operation, step, error);
        if (index < forwardIndex) return this.goBack(operation, error);
        if (isLastAttempt(error, attempt)) return this.#finish(operation, 'needs-attention', error.message);
        attempt += await pauseAfter(this.#world, error, attempt);
        index = forwardIndex - 1;
      }
    }
    const doubt = this.#world.journal.operation(operation.id)?.facts.doubt;
    this.#finish(operation, doubt ? 'needs-attention' : 'succeeded', doubt ?? null);
  }

  #isRecorded(operation: Operation, { name }: Step): boolean {
    return this.#world.journal.entries(operation.id).some(({ step, phase }) => step === name && phase === 'done');
  }

  /** Takes back every step that was begun, last one first, and ends the operation. */
  async goBack(operation: Operation, cause: BelayError): Promise<void> {
    if (cause.code === 'engine-unreachable') await engineWorksAgain(this.#world);
    const { steps, switchesAt } = this.#sequences[operation.kind];
    const toRevert = stepsToRevert(this.#world.journal.entries(operation.id));
    const failed: Failed[] = [];
    const never = new AbortController().signal;
    const its: TakingBack = {
      world: this.#world,
      contextOf: ({ name }) => contextFor(this.#world, operation.id, name, this.#progress, never),
      record: (step, phase, message) => this.#record(operation, step, phase, message),
    };
    let isKept = false;
    for (const step of steps.toReversed()) {
      if (!isKept && steps.indexOf(step) < indexOf(this.#sequences[operation.kind], switchesAt)) {
        isKept = true;
        // Evidence is welcome; going back does not depend on it.
        await this.#keepEvidence(operation).catch(() => {});
      }
      const error = step.revert && toRevert.has(step.name) ? await takeBack(its, step) : null;
      if (error) failed.push({ step, error });
    }
    const trouble = (await takeBackOnceThereIsRoom(its, failed)).at(-1)?.error;
    const entries = this.#world.journal.entries(operation.id);
    const hadSwitched = entries.some(({ step, phase }) => step === switchesAt && phase === 'intent');
    if (trouble) {
      this.#finish(operation, 'needs-attention', `${cause.message} Going back was not possible: ${trouble.message}`);
    } else {
      this.#finish(operation, hadSwitched ? 'rolled-back' : 'failed', cause.message);
    }
  }

  /** Runs `work` as the operation's one run in this daemon; a defect in it must not end the daemon. */
  inBackground(operation: Operation, work: () => Promise<void>): void {
    const sequence = this.#sequences[operation.kind];
    const world = { ...this.#world, journal: unrecorded(this.#world.journal) };
    const never = new AbortController().signal;
    const run = persevere(
      {
        world: this.#world,
        sequence,
        operation,
        contextOf: (step) => contextFor(world, operation.id, step.name, this.#progress, never),
        goBack: (cause) => this.goBack(operation, cause),
        goForward: () => this.goForward(operation, indexOf(sequence, sequence.forwardFrom)),
        needsAttention: (reason) => this.#finish(operation, 'needs-attention', reason),
        stopping: this.#draining.signal,
      },
      work,
    ).finally(() => {
      this.#running.delete(operation.id);
      this.#progress.forget(operation.id);
      this.interventions.forget(operation.id);
    });
    this.#running.set(operation.id, run);
  }

  async #perform(operation: Operation, step: Step, interruptible: boolean): Promise<void> {
    const aborted = this.interventions.signalOf(operation.id);
    const signal = interruptible ? AbortSignal.any([this.#draining.signal, aborted]) : aborted;
    const context = contextFor(this.#world, operation.id, step.name, this.#progress, signal);
    this.#record(operation, step, 'intent');
    await crashPoint(`${step.name}:intent`);
    const alreadyThere = await step.check(context);
    if (!alreadyThere) await step.run(context);
    await crashPoint(`${step.name}:acted`);
    if (alreadyThere || !step.recordsOutcome) this.#record(operation, step, 'done');
    else this.#onChange(operation.id);
    await crashPoint(`${step.name}:done`);
  }

  #recordFailure(operation: Operation, step: Step, error: BelayError): void {
    const { logTail, inspect, staleLock } = error.details;
    if (staleLock) this.#world.journal.learn(operation.id, { staleLock: staleLock as never });
    if (Array.isArray(logTail)) this.#world.journal.learn(operation.id, { logTail });
    if (inspect && typeof inspect === 'object') this.#world.journal.learn(operation.id, { inspect: inspect as never });
    this.#record(operation, step, 'failed', error.message);
  }

  #record(operation: Operation, step: Step, phase: EntryPhase, message?: string): void {
    const entry = { operation: operation.id, step: step.name, phase, at: this.#world.clock.now() };
    this.#world.journal.record(message === undefined ? entry : { ...entry, message });
    this.#onChange(operation.id);
  }

  #finish(operation: Operation, state: Exclude<OperationState, 'running'>, reason: string | null): void {
    const because = this.#world.journal.operation(operation.id)?.facts.because;
    const whole = [because, reason].filter(Boolean).join(' ') || null;
    this.#world.journal.finish(operation.id, state, whole, this.#world.clock.now());
    this.#onChange(operation.id);
  }
}

function indexOf(sequence: Sequence, step: string): number {
  const index = sequence.steps.findIndex(({ name }) => name === step);
  if (index < 0) throw new Error(`the ${sequence.kind} runbook has no step ${step}`);
  return index;
}

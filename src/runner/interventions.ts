import type { BelayError } from '../domain/errors.ts';
import type { OperationId } from '../domain/ids.ts';
import { abortedBy, abortOf, abortRefusal, extendRefusal } from '../domain/intervention.ts';
import type { Intervention, Operation } from '../domain/operation.ts';
import type { World } from '../domain/ports/world.ts';

/**
 * What administrators do to an operation that runs. It is in the journal before it has any effect, so that it counts
 * whatever becomes of this daemon.
 */
export class Interventions {
  readonly #world: World;
  readonly #onChange: (operation: OperationId) => void;
  readonly #aborts = new Map<OperationId, AbortController>();

  constructor(world: World, onChange: (operation: OperationId) => void) {
    this.#world = world;
    this.#onChange = onChange;
  }

  /** Aborts when somebody aborts the operation. */
  signalOf(id: OperationId): AbortSignal {
    const controller = this.#aborts.get(id) ?? new AbortController();
    this.#aborts.set(id, controller);
    return controller.signal;
  }

  /** Why the operation has to go back, where somebody has aborted it. */
  abortCause(id: OperationId): BelayError | null {
    const operation = this.#world.journal.operation(id);
    const abort = operation && abortOf(operation.facts);
    return abort ? abortedBy(operation, abort) : null;
  }

  /** Wakes whatever the operation waits for and has it go back. `refused` where it is too late. */
  abort(operation: Operation, by: string): void {
    if (abortOf(operation.facts)) return;
    this.#refuse(operation, abortRefusal);
    this.#note(operation, { what: 'abort', by, at: this.#world.clock.now().toISOString() });
    this.#aborts.get(operation.id)?.abort(this.abortCause(operation.id));
    this.#onChange(operation.id);
  }

  /** Adds to the deadline of the operation's gate, also before that has begun. `refused` where there is none to come. */
  extend(operation: Operation, by: string, addedMs: number): void {
    this.#refuse(operation, extendRefusal);
    this.#note(operation, { what: 'extend', addedMs, by, at: this.#world.clock.now().toISOString() });
    this.#onChange(operation.id);
  }

  forget(id: OperationId): void {
    this.#aborts.delete(id);
  }

  #note({ id, facts }: Operation, intervention: Intervention): void {
    this.#world.journal.learn(id, { interventions: [...(facts.interventions ?? []), intervention] });
  }

  #refuse(operation: Operation, refusalOf: typeof abortRefusal): void {
    const { journal } = this.#world;
    const version = (release: string) => journal.release(release)?.version ?? release;
    const versions = { from: version(operation.from), to: version(operation.to) };
    const refusal = refusalOf(operation, journal.entries(operation.id), versions);
    if (refusal) throw refusal;
  }
}

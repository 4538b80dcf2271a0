import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newOperationId } from '../../src/domain/ids.ts';
import type { NewOperation } from '../../src/domain/ports/journal.ts';
import type { World } from '../../src/domain/ports/world.ts';
import type { Sequence, Step } from '../../src/domain/step.ts';
import { SqliteJournal } from '../../src/journal/sqlite-journal.ts';
import { aRelease, aSlot } from './specimens.ts';

/** A real journal, a clock that does not wait, and steps that write down what is asked of them. */
export class ScriptedWorld {
  readonly directory = mkdtempSync(join(tmpdir(), 'belay-runner-'));
  readonly journal = new SqliteJournal(join(this.directory, 'journal.db'));
  readonly asked: string[] = [];
  /** How often each of these is still to fail: `start`, `start.revert`. */
  readonly failures = new Map<string, number>();
  /** What a failure throws. */
  failWith: (what: string) => Error = (what) => new Error(`${what} failed`);
  /** Effects that are already there. */
  readonly there = new Set<string>();
  /** Awaited by a step of this name before it acts. */
  readonly holds = new Map<string, Promise<void>>();
  /** Wait for their signal, or to be released. */
  readonly hangs = new Set<string>();
  readonly #releases = new Map<string, () => void>();
  /** Do not heed their signal. */
  readonly deaf = new Set<string>();

  readonly world: World = {
    journal: this.journal,
    clock: {
      now: () => new Date(),
      monotonicMs: () => performance.now(),
      bootTime: () => ({ bootId: 'boot-1', sinceBootMs: performance.now() }),
      sleep: async () => {},
    },
    host: { describe: async () => ({}) } as unknown as World['host'],
    slots: {} as World['slots'],
    archives: {} as World['archives'],
  };

  sequence(kind: Sequence['kind'], names: string[], switchesAt: string, forwardFrom: string): Sequence {
    return { kind, steps: names.map((name) => this.#step(name)), switchesAt, forwardFrom };
  }

  /** One for every kind: those that are not given are like an upgrade. */
  sequences<Given extends { upgrade: Sequence }>(given: Given) {
    const { upgrade } = given;
    const like = { restore: upgrade, install: upgrade, move: upgrade, rehearsal: upgrade };
    return { ...like, promotion: upgrade, change: upgrade, 'legacy-rollback': upgrade, ...given };
  }

  begin(sequence: Sequence): NewOperation {
    const slot = aSlot();
    const from = aRelease({ slot: slot.id });
    this.journal.adopt(from, slot, []);
    const toSlot = aSlot({ state: 'preparing' });
    const to = aRelease({ version: '2.0', status: 'candidate', slot: toSlot.id, previous: from.id });
    const steps = sequence.steps.map(({ name }) => ({ name, title: name }));
    return {
      id: newOperationId(),
      kind: sequence.kind,
      appliance: 'acme',
      from: from.id,
      by: 'admin',
      steps,
      to,
      slot: toSlot,
    };
  }

  close(): void {
    this.journal.close();
    rmSync(this.directory, { recursive: true });
  }

  #step(name: string): Step {
    return {
      name,
      title: () => name,
      check: async () => this.there.has(name),
      run: async ({ signal }) => {
        this.asked.push(name);
        await this.holds.get(name);
        await this.#hang(name, signal);
        if (!this.deaf.has(name)) signal.throwIfAborted();
        this.#failIfTold(name);
      },
      revert: async ({ signal }) => {
        this.asked.push(`${name}.revert`);
        await this.#hang(`${name}.revert`, signal);
        this.#failIfTold(`${name}.revert`);
      },
    };
  }

  /** Lets go what hangs. */
  release(name: string): void {
    this.hangs.delete(name);
    this.#releases.get(name)?.();
  }

  async #hang(name: string, signal: AbortSignal): Promise<void> {
    if (!this.hangs.has(name)) return;
    await new Promise<void>((resolve, reject) => {
      this.#releases.set(name, resolve);
      signal.addEventListener('abort', () => reject(new Error('the call was cut off')));
    });
  }

  #failIfTold(what: string): void {
    const left = this.failures.get(what) ?? 0;
    if (left === 0) return;
    this.failures.set(what, left - 1);
    throw this.failWith(what);
  }
}

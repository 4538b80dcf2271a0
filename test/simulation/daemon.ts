import { Service } from '../../src/api/server/service.ts';
import { createBundleStore } from '../../src/bundles/bundle-store.ts';
import { HttpImageLibrary } from '../../src/docker/image-library.ts';
import { BelayError } from '../../src/domain/errors.ts';
import type { OperationKind } from '../../src/domain/operation.ts';
import type { Clock } from '../../src/domain/ports/clock.ts';
import type { Journal } from '../../src/domain/ports/journal.ts';
import type { SlotStore } from '../../src/domain/ports/slot-store.ts';
import type { World } from '../../src/domain/ports/world.ts';
import type { Release } from '../../src/domain/release.ts';
import type { Sequence } from '../../src/domain/step.ts';
import { SqliteJournal } from '../../src/journal/sqlite-journal.ts';
import { Turns } from '../../src/reconcile/turns.ts';
import { Watcher } from '../../src/reconcile/watcher.ts';
import { ConfirmationWatch } from '../../src/runner/confirmation-watch.ts';
import { recoverUnfinished } from '../../src/runner/recover.ts';
import { Runner } from '../../src/runner/runner.ts';
import type { Fault, Point } from './faults.ts';
import { SimulatedHost } from './host.ts';
import type { Machine } from './machine.ts';
import { MISHAPS } from './mishaps.ts';
import { type Life, living, never } from './virtual-time.ts';

const DRAIN_TIMEOUT_MS = 60_000;

const WRITES = [
  'adopt',
  'updateSlotMount',
  'discardSlot',
  'recordInstance',
  'recordInstances',
  'forgetInstance',
  'recordOrphans',
  'forgetOrphans',
  'updateCandidate',
  'begin',
  'record',
  'learn',
  'countRecovery',
  'commit',
  'finish',
];

/** Those of the part on releases that have to be confirmed. */
const CONFIRMATION_WRITES = ['move', 'confirm'];

const LOOKS = [
  'measure',
  'space',
  'obstacle',
  'identify',
  'canCompare',
  'whereabouts',
  'locate',
  'compare',
  'pulse',
  'site',
];

class Killed extends Error {}

/** One life of the Belay daemon: the real runner, recovery, steps and journal, wired as in `daemon/working.ts`. */
export class Daemon {
  readonly journal: SqliteJournal;
  readonly service: Service;
  hasRecovered = false;
  /** A release that nobody confirmed cannot go back. */
  isInTrouble = false;
  /** Ids of the operations that have not ended. */
  readonly running: Set<string>;
  readonly #machine: Machine;
  readonly #life: Life;
  readonly #runner: Runner;
  readonly #recovered: Promise<unknown>;
  readonly #stopping = new AbortController();
  readonly #onEntry: () => void;
  readonly #onEnd: () => void;

  constructor(
    machine: Machine,
    options: {
      name: string;
      journalPath: string;
      sequences: Readonly<Record<OperationKind, Sequence>>;
      /** After each outcome that the journal has recorded. */
      onEntry: () => void;
      onEnd: () => void;
    },
  ) {
    this.#machine = machine;
    this.#life = { name: options.name, dead: false };
    this.#onEntry = options.onEntry;
    this.#onEnd = options.onEnd;
    this.journal = new SqliteJournal(options.journalPath);
    this.running = new Set(this.journal.unfinished().map(({ id }) => id));
    const { sequences } = options;
    const started = living(this.#life, () => {
      const world = this.#world();
      const turns = new Turns();
      const service = new Service({
        turns,
        world,
        registry: { tags: async () => [] },
        library: new HttpImageLibrary(),
        bundles: createBundleStore(),
        sequences,
        daemon: { version: '0', pid: 1, startedAt: new Date(), home: '/var/lib/belay' },
      });
      const watcher = new Watcher({
        world,
        turns,
        onDrift: () => {},
        onDeed: (_, deed) => machine.note(deed),
        onTrouble: (_, message) => machine.note(message),
      });
      const runner = new Runner({
        world,
        sequences,
        onChange: (id) => {
          if (!this.running.has(id)) watcher.wake();
        },
      });
      service.attach(runner);
      const watch = new ConfirmationWatch({
        world,
        goBack: (confirmation, because) => service.goBackUnconfirmed(confirmation, because),
        onTrouble: (_, trouble) => {
          // An engine that is away comes back, and it is tried again.
          this.isInTrouble = trouble !== null && machine.engine.isUp;
          if (trouble !== null) machine.note(`trouble: ${trouble}`);
        },
      });
      const recovered = recoverUnfinished({ world, runner, sequences }, this.#stopping.signal)
        .catch((thrown) => machine.note(`recovery was cut off: ${thrown}`))
        .finally(() => {
          service.recovered();
          this.hasRecovered = true;
        })
        .then(() => Promise.all([watch.run(this.#stopping.signal), watcher.run(this.#stopping.signal)]))
        .catch(() => {});
      return { service, runner, recovered };
    });
    this.service = started.service;
    this.#runner = started.runner;
    this.#recovered = started.recovered;
  }

  get isAlive(): boolean {
    return !this.#life.dead;
  }

  /** kill -9: nothing that it waited for happens any more. */
  kill(): void {
    if (this.#life.dead) return;
    this.#life.dead = true;
    this.#machine.note(`${this.#life.name} is gone`);
    this.journal.close();
    this.#onEnd();
  }

  /** SIGTERM, as `daemon/working.ts` heeds it. */
  stop(): void {
    this.ask(async () => {
      this.#stopping.abort();
      // It may be told while it is still being made.
      await Promise.resolve();
      const timeout = new Promise((resolve) => setTimeout(resolve, DRAIN_TIMEOUT_MS));
      await Promise.race([Promise.all([this.#runner.drain(), this.#recovered]), timeout]);
      this.kill();
    }).catch(() => {});
  }

  /** Runs a request in this daemon. It never settles where the daemon is killed meanwhile. */
  async ask<T>(request: (service: Service) => Promise<T>): Promise<T> {
    return living(this.#life, () => request(this.service));
  }

  /** From where to where the latest operation goes. */
  releases(): { from: Release; to: Release } | null {
    const [appliance] = this.journal.appliances();
    const [latest] = appliance ? this.journal.operations(appliance.name, 1) : [];
    const [from, to] = [this.journal.release(latest?.from ?? ''), this.journal.release(latest?.to ?? '')];
    return from && to ? { from, to } : null;
  }

  #world(): World {
    const { time } = this.#machine;
    const clock: Clock = {
      now: () => new Date(time.wallMs),
      monotonicMs: () => time.nowMs,
      bootTime: () => ({
        bootId: `boot-${this.#machine.bootId}`,
        sinceBootMs: time.nowMs - this.#machine.bootedAtMs,
      }),
      sleep: (ms, signal) =>
        new Promise((resolve, reject) => {
          signal?.throwIfAborted();
          const timer = time.start(ms, false, resolve);
          signal?.addEventListener('abort', () => {
            time.clear(timer);
            reject(signal.reason);
          });
        }),
    };
    const host = new SimulatedHost(this.#machine, (point, act) => this.#through(point, act));
    // No operation of the simulation has to do with archives.
    const archives = {} as World['archives'];
    return { journal: this.#journal(), host, slots: this.#slots(), archives, clock };
  }

  /** Lets a call through, unless something goes wrong with it. What a dead daemon asks is never answered. */
  async #through<T>(point: Point, act: () => Promise<T>): Promise<T> {
    if (this.#life.dead) return never();
    const fault = this.#machine.injector.at(point);
    this.#machine.note(`${point.port} ${point.call}`);
    if (fault && !fault.after) await this.#strike(fault);
    if (this.#life.dead) return never();
    const result = await act();
    if (this.#life.dead) return never();
    if (fault?.after) await this.#strike(fault);
    if (this.#life.dead) return never();
    return result;
  }

  async #strike({ kind, after }: Fault): Promise<void> {
    const mishap = MISHAPS[kind];
    if (mishap) return mishap(this.#machine, this);
    if (kind === 'call hangs') return never();
    if (kind === 'call refused') throw Object.assign(new Error('the engine stumbled'), { statusCode: 500 });
    if (kind === 'call fails') throw Object.assign(new Error('cut'), { code: after ? 'ECONNRESET' : 'ECONNREFUSED' });
    throw new BelayError('no-space', 'There is no space left on the disk.');
  }

  #journal(): Journal {
    const confirmations = this.#guarded(this.journal.confirmations, CONFIRMATION_WRITES);
    const journal: Journal = this.#guarded(this.journal, WRITES);
    return new Proxy(journal, {
      get: (target, name) => (name === 'confirmations' ? confirmations : Reflect.get(target, name)),
    });
  }

  #guarded<T extends object>(part: T, writes: readonly string[]): T {
    return new Proxy(part, {
      get: (target, name: string) => {
        const method = Reflect.get(target, name) as unknown;
        if (typeof method !== 'function') return method;
        return (...args: unknown[]) => {
          if (this.#life.dead) throw new Killed();
          if (!writes.includes(name)) return method.apply(target, args);
          return this.#write(name, args, () => method.apply(target, args));
        };
      },
    });
  }

  #write(name: string, args: unknown[], act: () => unknown): unknown {
    const machine = this.#machine;
    const [first] = args as [{ id?: string; step?: string; phase?: string; message?: string } | string | undefined];
    const entry = typeof first === 'object' ? first : undefined;
    if (name === 'record') this.#noteStep(entry?.step ?? '', entry?.phase ?? '');
    const detail = entry?.step
      ? `${entry.step} ${entry.phase} ${entry.message ?? ''}`
      : JSON.stringify(args.slice(0, 2));
    const fault = machine.injector.at({ port: 'journal', call: name, acts: true });
    machine.note(`journal ${name} ${detail}`);
    if (fault && !fault.after) this.#strikeWrite(fault);
    const result = act();
    if (name === 'record' && entry?.phase !== 'intent') this.#onEntry();
    if (name === 'begin' && entry?.id) this.running.add(entry.id);
    if (name === 'finish') this.running.delete(first as string);
    if (fault?.after) this.#strikeWrite(fault);
    return result;
  }

  #strikeWrite(fault: Fault): void {
    if (fault.kind === 'journal full') {
      // Whoever runs the machine makes room and restarts the daemon.
      this.#machine.later(20_000, () => this.kill());
      throw new BelayError('journal-unusable', 'The journal failed: the disk is full.');
    }
    MISHAPS[fault.kind]?.(this.#machine, this);
    if (this.#life.dead) throw new Killed();
  }

  #noteStep(step: string, phase: string): void {
    const { injector } = this.#machine;
    const [appliance] = this.journal.appliances();
    const [latest] = appliance ? this.journal.operations(appliance.name, 1) : [];
    injector.step = step;
    injector.isGoingBack = phase.startsWith('revert');
    injector.place = `${latest?.kind} ${step}${injector.isGoingBack ? ', going back' : ''}${latest?.recoveries ? ', in recovery' : ''}`;
  }

  #slots(): SlotStore {
    return new Proxy(this.#machine.newSlots(), {
      get: (slots, name: string) => {
        const method = Reflect.get(slots, name) as unknown;
        if (typeof method !== 'function') return method;
        return (...args: unknown[]) =>
          this.#through({ port: 'slots', call: name, acts: !LOOKS.includes(name) }, () => method.apply(slots, args));
      },
    });
  }
}

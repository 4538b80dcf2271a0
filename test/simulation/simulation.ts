import { createHash } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Service } from '../../src/api/server/service.ts';
import { toBelayError } from '../../src/domain/errors.ts';
import type { Operation, OperationKind } from '../../src/domain/operation.ts';
import { DEFAULT_POLICY } from '../../src/domain/policy.ts';
import type { InstanceRecord } from '../../src/domain/ports/journal.ts';
import type { Sequence } from '../../src/domain/step.ts';
import { SqliteJournal } from '../../src/journal/sqlite-journal.ts';
import { manifestOf } from './agents.ts';
import { Daemon } from './daemon.ts';
import { HOOKS } from './database.ts';
import { checkData, checkInvariant, directoryOf } from './invariant.ts';
import { type ContainerData, Machine } from './machine.ts';
import { OPERATIONS, type OperationName } from './operations.ts';
import { moveTo } from './process-edge.ts';
import type { Storage } from './slots.ts';
import { CONTAINER, type Site, setUpSite } from './versions.ts';

const MAX_OPERATIONS = 6;
const CALM_WITHIN_MS = 25 * 60_000;
const BROUGHT_UP_WITHIN_MS = 60_000;
const MAX_EVENTS = 200_000;

export interface SimulationOptions {
  seed: string;
  /** Where the daemon's home is made. */
  directory: string;
  sequences: Readonly<Record<OperationKind, Sequence>>;
  /** What is otherwise with the disk, for a bug that is to be found. */
  storage: Partial<Storage>;
}

export interface SimulationReport {
  seed: string;
  violations: string[];
  /** Of every call, entry and event, with its time. */
  traceHash: string;
  trace: string[];
  coverage: Record<string, number>;
  /** How the operations ended, by kind and state. */
  ends: Record<string, number>;
  virtualMs: number;
}

/** One run: a machine, an appliance on it, operations and faults as the seed has them. */
export class Simulation {
  readonly machine: Machine;
  site: Site = { versions: [], behaviours: new Map(), agentBehaviours: new Map(), agents: [], restartPolicy: 'no' };
  daemon: Daemon;
  readonly ends: Record<string, number> = {};
  readonly #options: SimulationOptions;
  readonly #journalPath: string;
  #daemons = 0;

  constructor(options: SimulationOptions) {
    this.#options = options;
    const home = join(options.directory, 'home');
    rmSync(home, { recursive: true, force: true });
    mkdirSync(home);
    this.#journalPath = join(home, 'journal.db');
    const machine = new Machine(options.seed);
    this.machine = machine;
    moveTo({ time: machine.time, chance: machine.chance, exists: (path) => machine.disk.exists(path) });
    Object.assign(machine.storage, options.storage);
    machine.dataOf = (containerId, target) => this.#dataOf(containerId, target);
    machine.onPowerCut = () => this.daemon.kill();
    this.daemon = this.#newDaemon();
  }

  async run(): Promise<SimulationReport> {
    const { machine } = this;
    // It would end a real daemon.
    const onUnhandled = (thrown: unknown) => machine.violate(`nobody handles: ${(thrown as Error)?.stack ?? thrown}`);
    process.on('unhandledRejection', onUnhandled);
    try {
      await this.#adopt();
      const operations = machine.chance.between(2, MAX_OPERATIONS);
      for (let count = 0; count < operations && !this.#isOver; count++) await this.#operate();
    } catch (thrown) {
      machine.violate(`the simulation failed: ${(thrown as Error).stack}`);
    }
    if (this.daemon.isAlive) this.daemon.kill();
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', onUnhandled);
    moveTo(null);
    return {
      seed: this.#options.seed,
      violations: machine.violations,
      traceHash: createHash('sha256').update(machine.trace.join('\n')).digest('hex'),
      trace: machine.trace,
      coverage: Object.fromEntries(machine.coverage),
      ends: this.ends,
      virtualMs: machine.time.nowMs,
    };
  }

  /** What needs somebody's attention is left as it is. */
  get #isOver(): boolean {
    return this.machine.violations.length > 0 || this.machine.circumstances.needsAttention;
  }

  async #adopt(): Promise<void> {
    const { machine } = this;
    await this.#until(setUpSite(machine).then((site) => (this.site = site)));
    await this.#pass(2_000);
    const { agents } = this.site;
    const manifest = manifestOf(agents, machine.chance.between(1, 2));
    const by = 'simulation';
    await this.#until(
      this.daemon.ask((service) =>
        service.adopt(
          agents.length > 0 ? { what: { project: CONTAINER }, manifest, by } : { what: { container: CONTAINER }, by },
        ),
      ),
    );
    if (machine.chance.happens(0.35)) {
      machine.database.isLookedAfter = true;
      const policy = this.daemon.journal.appliance(CONTAINER)?.policy ?? DEFAULT_POLICY;
      this.daemon.journal.setPolicy(CONTAINER, { ...policy, hooks: HOOKS });
    }
    await this.#pass(machine.chance.between(500, 5_000));
  }

  async #operate(): Promise<void> {
    const { machine } = this;
    await this.#pump(() => this.#isCalm(), CALM_WITHIN_MS);
    const { daemon } = this;
    const weights = Object.entries(OPERATIONS).map(([name, { weight }]) => [name, weight]);
    const name = machine.chance.weighted<OperationName>(Object.fromEntries(weights));
    const { steps, run } = OPERATIONS[name];
    const before = this.#latest();
    machine.note(`--- ${name}`);
    machine.circumstances.faults = [];
    if (steps.length > 0) machine.injector.plan(steps);
    let isAnswered = false;
    run(this)
      .catch((thrown) => machine.note(`refused: ${toBelayError(thrown).message}`))
      .finally(() => (isAnswered = true));
    const isCalm = await this.#pump(() => (isAnswered || !daemon.isAlive) && this.#isCalm(), CALM_WITHIN_MS);
    machine.injector.calm();
    if (!isCalm && machine.violations.length === 0) machine.violate(`${name} has not ended: ${this.#state()}`);
    await this.#pass(machine.chance.between(1_000, 8_000));
    // What went down with the engine is being brought up.
    const isUp = () => this.#isCalm() && machine.processes.appliances().length > 0;
    if (machine.circumstances.engineEnded) await this.#pump(isUp, BROUGHT_UP_WITHIN_MS);
    await this.#pump(() => this.#isCalm(), CALM_WITHIN_MS);
    if (machine.violations.length > 0) return;
    const latest = this.#latest();
    const operation = latest && latest.id !== before?.id ? latest : null;
    const end = operation ? `${operation.kind} ${operation.state}` : `${name}, nothing begun`;
    this.ends[end] = (this.ends[end] ?? 0) + 1;
    machine.note(`=== ${end} ${operation?.reason ?? ''}`);
    checkInvariant(this, operation);
  }

  /** Somebody asks the daemon that there is then; a refusal is nothing. */
  ask(request: (service: Service) => unknown): void {
    if (!this.daemon.isAlive) return;
    this.daemon
      .ask(async (service) => request(service))
      .catch((thrown) => this.machine.note(`refused: ${toBelayError(thrown).message}`));
  }

  #latest(): Operation | null {
    return this.daemon.journal.operations(CONTAINER, 1)[0] ?? null;
  }

  #isCalm(): boolean {
    const { daemon, machine } = this;
    const isUp = machine.engine.isUp && daemon.isAlive && daemon.hasRecovered;
    if (!isUp || machine.pendingEvents > 0 || daemon.running.size > 0) return false;
    return daemon.isInTrouble || daemon.journal.confirmations.pending().length === 0;
  }

  #state(): string {
    const { daemon, machine } = this;
    const { isAlive, hasRecovered, running } = daemon;
    return JSON.stringify({
      engine: machine.engine.isUp,
      isAlive,
      hasRecovered,
      running: [...running],
      events: machine.pendingEvents,
    });
  }

  async #pass(ms: number): Promise<void> {
    const end = this.machine.time.nowMs + ms;
    await this.#pump(() => this.machine.time.nowMs >= end, ms + 1_000);
  }

  async #until<T>(work: Promise<T>): Promise<T> {
    let isSettled = false;
    const settled = work.finally(() => (isSettled = true));
    settled.catch(() => {});
    if (!(await this.#pump(() => isSettled, CALM_WITHIN_MS))) throw new Error('it does not end');
    return settled;
  }

  /** Lets time pass until it holds. False where it does not within so much virtual time. */
  async #pump(holds: () => boolean, withinMs: number): Promise<boolean> {
    const { time, violations } = this.machine;
    const endMs = time.nowMs + withinMs;
    for (let events = 0; events < MAX_EVENTS; events++) {
      await new Promise((resolve) => setImmediate(resolve));
      if (holds()) return true;
      if (violations.length > 0 || time.nowMs > endMs || !time.advance()) return false;
    }
    return false;
  }

  #newDaemon(): Daemon {
    const { machine } = this;
    const name = `daemon ${++this.#daemons}`;
    machine.note(`${name} starts`);
    return new Daemon(machine, {
      name,
      journalPath: this.#journalPath,
      sequences: this.#options.sequences,
      onEntry: () => checkData(machine, this.daemon),
      onEnd: () =>
        machine.later(machine.chance.between(100, 8_000), () => {
          this.daemon = this.#newDaemon();
        }),
    });
  }

  /** By the journal: where the data of a container lies, and where the data that they were cloned from do. */
  #dataOf(containerId: string, target: string): ContainerData | null {
    const isOpen = this.daemon.isAlive;
    const journal = isOpen ? this.daemon.journal : new SqliteJournal(this.#journalPath);
    try {
      const candidate = journal.release(journal.operations(CONTAINER, 1)[0]?.to ?? '');
      const releases = [...(candidate ? [candidate] : []), ...journal.releases(CONTAINER)];
      const isIts = (record: InstanceRecord) => record.containerId === containerId;
      const release = releases.find(({ id }) => journal.instances(id).some(isIts));
      const name = release && journal.instances(release.id).find(isIts)?.service;
      const service = release?.services.find((each) => each.name === name);
      const key = service?.mounts.find((mount) => mount.target === target)?.slotKey;
      const slot = release ? journal.slot(release.slot) : null;
      const source = journal.slot(slot?.clonedFrom ?? '');
      const [own, cloned] = [slot, source].map((one) => one?.mounts.find((mount) => mount.key === key));
      const from = cloned ? directoryOf(this.machine, cloned) : null;
      return own ? { inode: own.identity?.inode ?? null, source: from } : null;
    } finally {
      if (!isOpen) journal.close();
    }
  }
}

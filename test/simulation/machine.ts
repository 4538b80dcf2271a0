import type { SlotStore } from '../../src/domain/ports/slot-store.ts';
import { LABELS } from '../../src/sequences/instances.ts';
import type { Appliance } from './appliance.ts';
import { Chance } from './chance.ts';
import { ExternalDatabase } from './database.ts';
import { type Directory, SimulatedDisk } from './disk.ts';
import { ENGINE_ROOT, SimulatedEngine } from './engine.ts';
import { type Fault, Injector, isByHand, type Point } from './faults.ts';
import { SimulatedProcesses } from './processes.ts';
import { type Storage, simulatedSlots } from './slots.ts';
import { Truth } from './truth.ts';
import { type Life, living, VirtualTime } from './virtual-time.ts';

/** What excuses that something is not as it should be. */
export interface Circumstances {
  /** During the latest operation. */
  faults: string[];
  /** Somebody has interfered since the beginning. */
  byHand: boolean;
  engineEnded: boolean;
  /** Data has been taken away from a release that had not taken over. */
  tamperedWith: string[];
  /** An operation could not be ended well, and somebody has to look. */
  needsAttention: boolean;
  /** Agents that did not follow the server. */
  laggards: Set<string>;
  /** The appliance has been left down for one of these reasons. */
  isDown: boolean;
}

/** What the journal says about the data of a container. */
export interface ContainerData {
  /** Null until they exist. */
  inode: string | null;
  /** What they were cloned from. */
  source: Directory | null;
}

/** One simulated machine: its time, its disk, its engine, what runs on it and what befalls it. */
export class Machine {
  readonly chance: Chance;
  readonly time = new VirtualTime();
  readonly disk = new SimulatedDisk(() => this.time.wallMs);
  readonly truth: Truth;
  readonly database: ExternalDatabase;
  readonly processes: SimulatedProcesses;
  readonly engine: SimulatedEngine;
  readonly injector: Injector;
  readonly storage: Storage;
  /** Every call, entry and event, with its time. */
  readonly trace: string[] = [];
  readonly violations: string[] = [];
  /** How often each fault struck at each step. */
  readonly coverage = new Map<string, number>();
  circumstances: Circumstances = {
    faults: [],
    byHand: false,
    engineEnded: false,
    tamperedWith: [],
    needsAttention: false,
    laggards: new Set(),
    isDown: false,
  };
  bootId = 1;
  bootedAtMs = 0;
  /** What is to happen by itself: an engine that comes back, a registry that answers again. */
  pendingEvents = 0;
  /** By the journal, for a container and what it mounts there. Null where the journal does not know it. */
  dataOf: (containerId: string, target: string) => ContainerData | null = () => null;
  /** What the daemon does when the machine loses its power. */
  onPowerCut: () => void = () => {};
  /** Images are damaged by a power cut until then. */
  readonly unflushedVersions = new Set<string>();
  readonly #life: Life = { name: 'world', dead: false };

  constructor(seed: string) {
    this.chance = new Chance(seed);
    this.truth = new Truth((what) => this.violate(what));
    this.database = new ExternalDatabase(this.chance, (what) => this.circumstances.byHand || this.violate(what));
    this.processes = new SimulatedProcesses(this, {
      onChange: (what) => this.note(what),
      beforeStart: (appliance) => this.#beforeStart(appliance),
    });
    this.engine = new SimulatedEngine(this.disk, this.time, this.processes);
    this.injector = new Injector(this.chance, (place, fault, point) => this.#onStrike(place, fault, point));
    this.storage = {
      reflink: this.chance.happens(0.2),
      hasComparingTools: this.chance.happens(0.9),
      freeBytes: 1_000_000,
      forgetsToFlush: false,
      forgetsRenames: false,
    };
    this.disk.makeDirectory(ENGINE_ROOT);
  }

  newSlots(): SlotStore {
    return simulatedSlots(this.disk, this.time, this.storage);
  }

  note(what: string): void {
    this.trace.push(`${this.time.nowMs} ${what}`);
  }

  violate(what: string): void {
    this.violations.push(what);
    this.note(`VIOLATION ${what}`);
  }

  /** Something that happens by itself, after a while. */
  later(ms: number, action: () => unknown): void {
    this.pendingEvents++;
    living(this.#life, () => {
      this.time.start(ms, false, async () => {
        await action();
        this.pendingEvents--;
      });
    });
  }

  killEngine(): void {
    this.circumstances.engineEnded = true;
    this.engine.kill();
    this.later(this.chance.between(300, 15_000), () => this.engine.boot());
  }

  cutPower(): void {
    this.note('the power is cut');
    this.circumstances.engineEnded = true;
    this.onPowerCut();
    this.engine.kill();
    this.processes.endAll();
    this.disk.powerCut(this.chance);
    for (const version of this.unflushedVersions) this.processes.damaged.add(version);
    this.unflushedVersions.clear();
    this.bootId++;
    this.bootedAtMs = this.time.nowMs;
    this.later(this.chance.between(1_000, 20_000), () => this.engine.boot());
  }

  #onStrike(place: string, { kind, after }: Fault, { call }: Point): void {
    const key = `${place} × ${kind}`;
    this.coverage.set(key, (this.coverage.get(key) ?? 0) + 1);
    this.circumstances.faults.push(kind);
    if (isByHand(kind)) this.circumstances.byHand = true;
    this.note(`FAULT ${kind} ${after ? 'after' : 'before'} ${call} in ${place}`);
  }

  #beforeStart(appliance: Appliance): void {
    const container = this.engine.parts?.containers.find(appliance.containerId);
    appliance.isRehearsed = String(container?.hostConfig['NetworkMode']).startsWith('belay-rehearsal-');
    if (appliance.isRehearsed) return;
    const labels = container?.config['Labels'] as Record<string, string> | undefined;
    appliance.member = labels?.[LABELS.service] ?? appliance.member;
    const who = `${appliance.member} ${appliance.version} in ${appliance.containerId.slice(0, 6)}`;
    const others = this.processes
      .all()
      .filter(({ isRehearsed, member }) => !isRehearsed && member === appliance.member);
    const [other] = others;
    if (other) this.violate(`${who} starts while ${other.version} in ${other.containerId.slice(0, 6)} runs`);
    for (const { target, directory } of appliance.directories) {
      // Taken away in the moment before the start: it must not take over.
      if (this.circumstances.tamperedWith.length > 0 && directory.entries.size === 0) {
        this.truth.tamperedWith(directory);
        continue;
      }
      const data = this.dataOf(appliance.containerId, target);
      const isOther = data?.inode !== null && data?.inode !== undefined && data.inode !== String(directory.inode);
      if (isOther && !this.circumstances.byHand) this.violate(`${who} starts on the data of another release`);
      if (this.truth.knows(directory)) this.truth.continues(directory, `${who} at ${target}`);
      else this.truth.beginsAs(directory, data?.source ?? null, `${who} at ${target}`);
    }
  }
}

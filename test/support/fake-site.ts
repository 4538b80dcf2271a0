import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OperationView } from '../../src/api/contract/operation-views.ts';
import { Service } from '../../src/api/server/service.ts';
import type { EntryPhase, OperationKind } from '../../src/domain/operation.ts';
import { DEFAULT_POLICY, type Policy } from '../../src/domain/policy.ts';
import type { Clock } from '../../src/domain/ports/clock.ts';
import type { World } from '../../src/domain/ports/world.ts';
import type { Release } from '../../src/domain/release.ts';
import type { ServiceSpec } from '../../src/domain/service-spec.ts';
import type { Sequence } from '../../src/domain/step.ts';
import { SqliteJournal } from '../../src/journal/sqlite-journal.ts';
import { Turns } from '../../src/reconcile/turns.ts';
import { recoverUnfinished } from '../../src/runner/recover.ts';
import { Runner } from '../../src/runner/runner.ts';
import { SEQUENCES } from '../simulation/plants.ts';
import { FakeHost, fakeImage } from './fake-host.ts';
import { aRelease, aService, aSlot } from './specimens.ts';

const APPLIANCE = 'acme';
interface Life {
  world: World;
  service: Service;
  runner: Runner;
}

const ALWAYS = { name: 'always', maximumRetryCount: 0 };

/** A member of the site: `server` is the controller. */
export const member = (name: string, change: Partial<ServiceSpec> = {}): ServiceSpec => {
  const isServer = name === 'server';
  return aService({
    name,
    role: isServer ? 'controller' : 'engine',
    containerName: isServer ? APPLIANCE : `${APPLIANCE}-${name}`,
    image: fakeImage(isServer ? 'acme/server' : 'acme/agent', '1.0'),
    settings: { config: {}, hostConfig: { RestartPolicy: { Name: 'always' } }, networks: {} },
    gate: { deadlineMs: 10_000, limitMs: 20_000, stableMs: 10, versionCommand: null },
    ...change,
  });
};

/** The daemon's own parts, with a journal on disk, on an engine in memory and a clock that does not wait. */
export class FakeSite {
  readonly journal: SqliteJournal;
  readonly host: FakeHost;
  readonly world: World;
  readonly first: Release;
  /** With everything that it has on disk. */
  readonly directory = mkdtempSync(join(tmpdir(), 'belay-site-'));
  readonly #sequences: Readonly<Record<OperationKind, Sequence>>;
  #nowMs = Date.parse('2026-11-21T02:00:00Z');
  #life: Life;
  /** The daemon is killed at this entry of the journal: before it is written, or after. */
  killAt: { step: string; phase: EntryPhase; written: boolean } | null = null;
  #kill: () => void = () => {};

  constructor(services: ServiceSpec[], policy: Partial<Policy> = {}, sequences = SEQUENCES) {
    this.#sequences = sequences;
    this.journal = new SqliteJournal(join(this.directory, 'journal.db'));
    const clock = this.#clock();
    this.host = new FakeHost(() => clock.now());
    const slots = { space: async () => ({ device: '1', freeBytes: 1e12 }), flush: async () => {} };
    this.world = {
      ...{ journal: this.journal, clock, host: this.host.port },
      ...{ slots: slots as unknown as World['slots'], archives: {} as World['archives'] },
    };
    const slot = aSlot();
    const version = services.find(({ role }) => role === 'controller')?.image.tag ?? '1.0';
    this.first = aRelease({ slot: slot.id, services, version });
    const instances = services.map((spec) => ({
      release: this.first.id,
      service: spec.name,
      containerId: this.host.run(spec, ALWAYS),
    }));
    this.journal.adopt(this.first, slot, instances, { ...DEFAULT_POLICY, ...policy });
    this.#nowMs += 60_000;
    this.#life = this.#newLife();
  }

  get service(): Service {
    return this.#life.service;
  }

  get active(): Release {
    return this.service.active(this.service.appliance());
  }

  /** The daemon is killed before the engine does this: `stop server 1.0`. Tells whether that has come. */
  dieBefore(call: string): () => boolean {
    let isOver = false;
    this.host.beforeCall = (each) => {
      if (isOver || each !== call) return;
      isOver = true;
      this.#kill();
      throw new Error('the daemon is killed');
    };
    return () => isOver;
  }

  /** Until the operation has ended here. */
  async ended(begun: Promise<OperationView>): Promise<OperationView> {
    const { id } = await begun;
    await this.#life.runner.settled(id);
    const operation = this.journal.operation(id);
    if (!operation) throw new Error(`there is no operation ${id}`);
    return this.service.view(operation);
  }

  upgrade = (version: string) => this.ended(this.service.upgrade(this.service.appliance(), { version, by: 'admin' }));
  rollback = (release?: string, legacy?: boolean) =>
    this.ended(this.service.rollback(this.service.appliance(), { release, legacy, by: 'admin' }));
  repair = () => this.ended(this.service.repair(this.service.appliance(), { by: 'admin' }));

  update = (name?: string) => this.ended(this.service.engines.update(this.service.appliance(), { name, by: 'admin' }));

  resume = () => this.ended(this.service.engines.resume(this.service.appliance(), { by: 'admin' }));
  scale = (count: number, group?: string) =>
    this.ended(this.service.engines.scale(this.service.appliance(), { count, group, by: 'admin' }));

  /** Until nothing runs here any more, however it ended. */
  async settled(): Promise<void> {
    const [latest] = this.journal.operations(APPLIANCE, 1);
    if (latest) await this.#life.runner.settled(latest.id);
  }

  /** Another daemon takes over, and recovers what this one has left. */
  async restart(): Promise<void> {
    this.killAt = null;
    this.#life = this.#newLife();
    const { runner } = this.#life;
    const recovery = { world: this.#life.world, runner, sequences: this.#sequences };
    await recoverUnfinished(recovery, new AbortController().signal);
  }

  /** What runs a service of a release, by the journal. */
  containerOf(release: Release, service: string): string | undefined {
    return this.journal.instances(release.id).find((each) => each.service === service)?.containerId;
  }

  /** A file beside the journal. */
  write(name: string, text: string): void {
    writeFileSync(join(this.directory, name), text, { mode: 0o600 });
  }

  close(): void {
    this.journal.close();
    rmSync(this.directory, { recursive: true });
  }

  #newLife(): Life {
    const world = this.#mortalWorld();
    const service = new Service({
      ...{ world, turns: new Turns(), sequences: this.#sequences },
      ...{ registry: { tags: async () => [] }, library: {} as never, bundles: {} as never },
      daemon: { version: '0', pid: 1, startedAt: new Date(0), home: '/' },
    });
    const runner = new Runner({ world, sequences: this.#sequences, onChange: () => {} });
    service.attach(runner);
    service.recovered();
    return { world, service, runner };
  }

  /** Of one daemon: once that is killed, nothing that it asks for happens any more. */
  #mortalWorld(): World {
    let isDead = false;
    this.#kill = () => {
      isDead = true;
    };
    const guarded = <T extends object>(part: T): T =>
      new Proxy(part, {
        get: (target, name) => {
          const value = Reflect.get(target, name, target) as unknown;
          if (typeof value !== 'function') return value;
          return (...args: unknown[]) => {
            if (isDead) throw new Error('the daemon is killed');
            // The commit writes its own outcome.
            const entry = name === 'commit' ? { step: 'commit', phase: 'done' } : name === 'record' ? args[0] : null;
            const isIts = entry !== null && this.#isKilledAt(entry as { step: string; phase: EntryPhase });
            if (isIts && !this.killAt?.written) isDead = true;
            if (isDead) throw new Error('the daemon is killed');
            const answer = value.apply(target, args);
            if (isIts) isDead = true;
            if (isDead) throw new Error('the daemon is killed');
            return answer;
          };
        },
      });
    return { ...this.world, journal: guarded(this.journal), host: guarded(this.host).port };
  }

  #isKilledAt({ step, phase }: { step: string; phase: EntryPhase }): boolean {
    return this.killAt?.step === step && this.killAt.phase === phase;
  }

  #clock(): Clock {
    const next = () => new Promise<void>((resolve) => setImmediate(resolve));
    return {
      now: () => new Date(this.#nowMs),
      monotonicMs: () => this.#nowMs,
      bootTime: () => ({ bootId: 'boot-1', sinceBootMs: this.#nowMs }),
      sleep: async (ms, signal) => {
        signal?.throwIfAborted();
        this.#nowMs += ms;
        await next();
        signal?.throwIfAborted();
      },
    };
  }
}

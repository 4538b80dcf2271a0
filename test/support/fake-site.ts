import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OperationView } from '../../src/api/contract/views.ts';
import { Service } from '../../src/api/server/service.ts';
import type { OperationKind } from '../../src/domain/operation.ts';
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
  readonly #directory = mkdtempSync(join(tmpdir(), 'belay-site-'));
  readonly #sequences: Readonly<Record<OperationKind, Sequence>>;
  #nowMs = Date.parse('2026-11-21T02:00:00Z');
  #life: { service: Service; runner: Runner };

  constructor(services: ServiceSpec[], policy: Partial<Policy> = {}, sequences = SEQUENCES) {
    this.#sequences = sequences;
    this.journal = new SqliteJournal(join(this.#directory, 'journal.db'));
    const clock = this.#clock();
    this.host = new FakeHost(() => clock.now());
    const slots = { space: async () => ({ device: '1', freeBytes: 1e12 }), flush: async () => {} };
    this.world = {
      ...{ journal: this.journal, clock, host: this.host.port },
      ...{ slots: slots as unknown as World['slots'], archives: {} as World['archives'] },
    };
    const slot = aSlot();
    this.first = aRelease({ slot: slot.id, services });
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

  /** Until the operation has ended here. */
  async ended(begun: Promise<OperationView>): Promise<OperationView> {
    const { id } = await begun;
    await this.#life.runner.settled(id);
    const operation = this.journal.operation(id);
    if (!operation) throw new Error(`there is no operation ${id}`);
    return this.service.view(operation);
  }

  upgrade = (version: string) => this.ended(this.service.upgrade(this.service.appliance(), { version, by: 'admin' }));
  rollback = (release?: string) =>
    this.ended(this.service.rollback(this.service.appliance(), { release, by: 'admin' }));

  /** Another daemon takes over, and recovers what this one has left. */
  async restart(): Promise<void> {
    this.#life = this.#newLife();
    const { runner } = this.#life;
    const recovery = { world: this.world, runner, sequences: this.#sequences };
    await recoverUnfinished(recovery, new AbortController().signal);
  }

  /** What runs a service of a release, by the journal. */
  containerOf(release: Release, service: string): string | undefined {
    return this.journal.instances(release.id).find((each) => each.service === service)?.containerId;
  }

  close(): void {
    this.journal.close();
    rmSync(this.#directory, { recursive: true });
  }

  #newLife(): { service: Service; runner: Runner } {
    const service = new Service({
      ...{ world: this.world, turns: new Turns(), sequences: this.#sequences },
      ...{ registry: { tags: async () => [] }, library: {} as never, bundles: {} as never },
      daemon: { version: '0', pid: 1, startedAt: new Date(0), home: '/' },
    });
    const runner = new Runner({ world: this.world, sequences: this.#sequences, onChange: () => {} });
    service.attach(runner);
    service.recovered();
    return { service, runner };
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

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventView } from '../../src/api/contract/event-view.ts';
import type { OperationView } from '../../src/api/contract/operation-views.ts';
import type { ServiceEngineView } from '../../src/api/contract/service-engine-views.ts';
import { Service } from '../../src/api/server/service.ts';
import { viewServiceEngines } from '../../src/api/server/service-engine-view.ts';
import { DEFAULT_POLICY } from '../../src/domain/policy.ts';
import type { World } from '../../src/domain/ports/world.ts';
import { SqliteJournal } from '../../src/journal/sqlite-journal.ts';
import { Turns } from '../../src/reconcile/turns.ts';
import { Runner } from '../../src/runner/runner.ts';
import { SEQUENCES } from '../simulation/plants.ts';
import { QuickEngine } from './quick-engine.ts';
import { aRelease, aSlot } from './specimens.ts';

const LABELS = { 'io.belay.gate.stable': '10ms', 'io.belay.gate.deadline': '60s' };

/** The daemon's own parts, with a journal on disk, on the embedded engine: a server and a service engine. */
class ManyEngines {
  readonly engine = new QuickEngine();
  readonly #directory = mkdtempSync(join(tmpdir(), 'belay-many-'));
  readonly journal = new SqliteJournal(join(this.#directory, 'journal.db'));
  readonly service: Service;
  readonly events: EventView[] = [];
  readonly #runner: Runner;

  constructor() {
    const world: World = {
      journal: this.journal,
      host: this.engine.host,
      slots: { space: async () => ({ device: '1', freeBytes: 1e12 }), flush: async () => {} } as never,
      archives: {} as never,
      clock: {
        now: () => new Date(),
        monotonicMs: () => performance.now(),
        bootTime: () => ({ bootId: 'boot-1', sinceBootMs: performance.now() }),
        sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      },
    };
    this.service = new Service({
      ...{ world, turns: new Turns(), sequences: SEQUENCES },
      ...{ registry: { tags: async () => [] }, library: {} as never, bundles: {} as never },
      daemon: { version: '0', pid: 1, startedAt: new Date(0), home: '/' },
    });
    this.#runner = new Runner({ world, sequences: SEQUENCES, onChange: (id) => this.service.announce(id) });
    this.service.attach(this.#runner);
    this.service.recovered();
    const { hub } = this.service;
    const { publish } = hub;
    hub.publish = (event) => {
      this.events.push(event);
      publish.call(hub, event);
    };
  }

  get appliance() {
    return this.service.appliance();
  }

  async adopt(maxUnavailable: number): Promise<void> {
    const { engine } = this;
    const slot = aSlot();
    const services = [];
    for (const name of ['server', 'agent']) {
      for (const tag of ['2.0', '1.0']) {
        await engine.addImage({ repository: `acme/${name}`, tag, command: [name], labels: LABELS });
      }
      const Image = `${engine.parts.registry.host}/acme/${name}:1.0`;
      const HostConfig = { RestartPolicy: { Name: 'always' } };
      const { id } = engine.parts.containers.create(name, { Image, HostConfig });
      await engine.host.startInstance(id);
      const role = name === 'server' ? ('controller' as const) : ('engine' as const);
      services.push({ id, spec: { ...(await engine.host.readSpec(id)), name, role, containerName: name } });
    }
    const release = aRelease({ slot: slot.id, services: services.map(({ spec }) => spec) });
    const records = services.map(({ id, spec }) => ({ release: release.id, service: spec.name, containerId: id }));
    this.journal.adopt(release, slot, records, { ...DEFAULT_POLICY, engines: { maxUnavailable } });
  }

  async succeeded(begun: Promise<OperationView>): Promise<OperationView> {
    const { id } = await begun;
    await this.#runner.settled(id);
    const operation = this.journal.operation(id);
    if (operation?.state !== 'succeeded') throw new Error(`${operation?.state}: ${operation?.reason}`);
    return this.service.view(operation);
  }

  close(): void {
    this.journal.close();
    this.engine.close();
    rmSync(this.#directory, { recursive: true });
  }
}

/** With the most memory that there is while it goes on, beyond that before. */
async function grown<Result>(work: () => Promise<Result>): Promise<{ result: Result; grownBytes: number }> {
  const before = process.memoryUsage().heapUsed;
  let most = before;
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage().heapUsed);
  }, 20);
  const result = await work().finally(() => clearInterval(timer));
  return { result, grownBytes: most - before };
}

/** What the rollback of so many service engines came to, and cost. */
export interface ManyRolledBack {
  ended: OperationView;
  engines: ServiceEngineView[];
  /** What a shell that watches is told. */
  events: EventView[];
  /** Of the Docker Engine: how many, and how many of them at the same time at most. */
  calls: number;
  mostOpen: number;
  grownBytes: number;
  tookMs: number;
}

/** So many service engines are upgraded on the embedded engine, and rolled back all at once. */
export async function rollBackMany(count: number): Promise<ManyRolledBack> {
  const site = new ManyEngines();
  const { service, engine, events } = site;
  const by = 'admin';
  try {
    await site.adopt(count);
    await site.succeeded(service.engines.scale(site.appliance, { count, by }));
    await site.succeeded(service.upgrade(site.appliance, { version: '2.0', by }));
    engine.begin();
    events.length = 0;
    const beganMs = performance.now();
    const { result: ended, grownBytes } = await grown(() => site.succeeded(service.rollback(site.appliance, { by })));
    const tookMs = performance.now() - beganMs;
    const { calls, mostOpen } = engine;
    const engines = await viewServiceEngines(service.world, site.appliance);
    return { ended, engines, events, calls, mostOpen, grownBytes, tookMs };
  } finally {
    site.close();
  }
}

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { EventView, OperationView } from '../../src/api/contract/views.ts';
import { Service } from '../../src/api/server/service.ts';
import { viewServiceEngines } from '../../src/api/server/service-engine-view.ts';
import { DEFAULT_POLICY } from '../../src/domain/policy.ts';
import type { World } from '../../src/domain/ports/world.ts';
import { SqliteJournal } from '../../src/journal/sqlite-journal.ts';
import { Turns } from '../../src/reconcile/turns.ts';
import { Runner } from '../../src/runner/runner.ts';
import { createPaint } from '../../src/shell/paint.ts';
import { operationLines } from '../../src/shell/views/operation.ts';
import { serviceEngineTable } from '../../src/shell/views/service-engines.ts';
import { SEQUENCES } from '../simulation/plants.ts';
import { QuickEngine } from '../support/quick-engine.ts';
import { aRelease, aSlot } from '../support/specimens.ts';

const FEW = 50;
/** As many as there is time for; with `ENGINES=1000` a thousand. */
const MANY = Number(process.env['ENGINES'] ?? 250);
const MEBIBYTE = 1024 ** 2;
const LABELS = { 'io.belay.gate.stable': '10ms', 'io.belay.gate.deadline': '60s' };

/** The daemon's own parts, with a journal on disk, on the embedded engine: a server and a service engine. */
class BigSite {
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
    onTestFinished(() => this.#close());
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

  async ended(begun: Promise<OperationView>): Promise<OperationView> {
    const { id } = await begun;
    await this.#runner.settled(id);
    const operation = this.journal.operation(id);
    if (!operation) throw new Error(`there is no operation ${id}`);
    return this.service.view(operation);
  }

  #close(): void {
    this.journal.close();
    this.engine.close();
    rmSync(this.#directory, { recursive: true });
  }
}

/** The most memory that there is while it goes on, beyond that before. */
async function growthOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.memoryUsage().heapUsed;
  let most = before;
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage().heapUsed);
  }, 20);
  await work().finally(() => clearInterval(timer));
  return most - before;
}

/** So many service engines are upgraded, and rolled back all at once. What the rollback cost. */
async function rolledBack(count: number) {
  const site = new BigSite();
  await site.adopt(count);
  const { service, engine } = site;
  const by = 'admin';
  expect(await site.ended(service.engines.scale(site.appliance, { count, by }))).toMatchObject({ state: 'succeeded' });
  expect(await site.ended(service.upgrade(site.appliance, { version: '2.0', by }))).toMatchObject({
    state: 'succeeded',
  });
  engine.begin();
  site.events.length = 0;
  const beganMs = performance.now();
  let ended: OperationView | null = null;
  const grownBytes = await growthOf(async () => {
    ended = await site.ended(service.rollback(site.appliance, { by }));
  });
  const tookMs = performance.now() - beganMs;
  expect(ended).toMatchObject({ state: 'succeeded', reason: null });
  const { calls, mostOpen } = engine;
  const engines = await viewServiceEngines(service.world, site.appliance);
  expect(engines.map(({ state, version }) => `${state} ${version}`)).toEqual(Array(count).fill('up 1.0'));
  return { site, ended: ended as unknown as OperationView, calls, mostOpen, grownBytes, tookMs, engines };
}

test('many service engines go back together: bounded calls, memory and news, and each costs what one of a few does', {
  timeout: 240_000,
}, async () => {
  const few = await rolledBack(FEW);
  const many = await rolledBack(MANY);
  expect(many.mostOpen).toBeLessThanOrEqual(128);
  // The same calls for each, and not more of them the more there are.
  expect(many.calls / MANY / (few.calls / FEW)).toBeLessThan(1.05);
  expect(many.grownBytes).toBeLessThan(400 * MEBIBYTE);
  const { events } = many.site;
  // Ten a second, and each outcome.
  expect(events.length).toBeLessThan(many.tookMs / 100 + 2 * many.ended.steps.length + 5);
  expect(Math.max(...events.map((event) => JSON.stringify(event).length))).toBeLessThan(16_384);
  expect(events.at(-1)).toMatchObject({ type: 'operation', operation: { state: 'succeeded' } });
  const screen = { width: 80, nowMs: Date.now(), paint: createPaint(false) };
  expect(operationLines(many.ended, screen).length).toBeLessThan(40);
  expect(serviceEngineTable(many.engines, screen).at(-1)).toBe(`${MANY} up`);
});

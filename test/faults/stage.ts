import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { OperationView } from '../../src/api/contract/operation-views.ts';
import type { PrivateEngine } from '../../src/demo/private-engine/private-engine.ts';
import { freePort } from '../../src/demo/private-engine/registry.ts';
import type { FaultyRegistry } from '../docker/faulty-registry.ts';
import { readWitness, type Subject, type Witness } from '../recovery/invariant.ts';
import { configurationOf } from '../recovery/record.ts';
import { makeAppliance, type TestAppliance } from '../support/appliances.ts';
import { TestBelay } from '../support/belay.ts';
import { forgetImage } from '../support/images.ts';
import { removeParts, type StageOptions, type StageParts, setParts } from './stage-parts.ts';
import { until } from './waiting.ts';

export const OLD = '1.0';
export const NEW = '2.0';
/** Behind which the data of the first one is an archive. */
export const LATER = '3.0';
/** More than a stage ever makes before it is made anew. */
const MANY = 100;
const GATE = 'LABEL io.belay.gate.stable=200ms io.belay.gate.deadline=15s';

/** A real daemon, a real Docker Engine and a real registry, all for one run of faults, with one appliance on them. */
export class Stage implements Subject {
  readonly appliance = 'acme';
  readonly container = 'acme';
  readonly second: string;
  belay: TestBelay;
  port = 0;
  configuration: Awaited<ReturnType<typeof configurationOf>> | null = null;
  /** What the old version's data were when it was left last; null when nobody knows. */
  left: Witness | null = null;
  /** Environment of the daemons that are started. */
  env: Record<string, string> = {};
  readonly engine: PrivateEngine;
  readonly registry: FaultyRegistry;
  readonly disks: StageParts['disks'];
  readonly proxy: StageParts['proxy'];
  /** The version that `unseenVersion` made last. */
  lastUnseen = '';
  readonly #options: StageOptions;
  readonly #parts: StageParts;
  readonly #images = new Set<string>();
  #notes = 0;

  private constructor(options: StageOptions, parts: StageParts) {
    this.#options = options;
    this.#parts = parts;
    this.engine = parts.engine;
    this.registry = parts.registry;
    this.disks = parts.disks;
    this.proxy = parts.proxy;
    this.second = join(parts.disks?.data.path ?? parts.directory, 'binds', 'second');
    this.belay = this.#makeBelay();
  }

  static async set(options: StageOptions = {}): Promise<Stage> {
    const stage = new Stage(options, await setParts(options));
    await stage.image(OLD, { dataFormat: 1 });
    await stage.image(NEW, { dataFormat: 2 });
    await stage.image(LATER, { dataFormat: 3 });
    await stage.renew();
    return stage;
  }

  reference = (version: string) => `${this.registry.address}/acme/server:${version}`;

  /** A version of the appliance in the registry; it is on the engine too, unless it is forgotten. */
  async image(version: string, appliance: Omit<TestAppliance, 'reference'> = {}): Promise<void> {
    if (this.#images.has(version)) return;
    this.#images.add(version);
    const changes = [GATE, ...(appliance.changes ?? [])];
    await makeAppliance(this.engine, { ...appliance, reference: this.reference(version), changes });
  }

  /** A version that nothing on the engine knows, with a layer of its own that is large enough to be broken. */
  async unseenVersion(): Promise<string> {
    const version = `2.0-${this.#images.size}`;
    this.lastUnseen = version;
    const files = [{ path: 'www/ballast', content: randomBytes(300_000) }];
    await this.image(version, { dataFormat: 2, files, behaviour: 'serves' });
    await forgetImage(this.engine, this.reference(version));
    return version;
  }

  /** The appliance as its administrator ran it, adopted by a daemon without a history. */
  async renew(): Promise<void> {
    this.proxy?.set('pass');
    await this.belay.close();
    const { docker } = this.engine;
    const all = (await docker(['ps', '-aq'])).split('\n').filter(Boolean);
    if (all.length > 0) await docker(['rm', '-f', ...all]);
    const volumes = (await docker(['volume', 'ls', '-q'])).split('\n').filter(Boolean);
    if (volumes.length > 0) await docker(['volume', 'rm', ...volumes]);
    await rm(join(this.second, '..'), { recursive: true, force: true });
    if (this.disks) {
      for (const name of await readdir(this.disks.state.path))
        await rm(join(this.disks.state.path, name), { recursive: true });
    }
    await mkdir(this.second, { recursive: true });
    this.port = await freePort();
    // biome-ignore format: an option and its value to a line
    await docker([
      'run', '-d', '--name', this.container, '--restart', 'always', '--memory', '256m',
      '--env', 'LICENCE=gold', '--label', 'tier=gold', '--publish', `127.0.0.1:${this.port}:8080`,
      '--volume', `${this.second}:/second`, ...(this.#options.flags ?? []), this.reference(OLD),
    ]);
    this.left = null;
    this.belay = this.#makeBelay();
    await this.start();
    await until('the appliance serves', () => this.answers());
    await this.belay.adopt(this.container, this.appliance);
    await this.#keepInstant(MANY);
    this.configuration = await configurationOf(this.engine, this.container);
    // What the appliance wrote before anybody looked after it is not Belay's to lose.
    await promisify(execFile)('sync', ['-f', this.second]);
  }

  start = () => this.belay.start({ env: this.env });

  #makeBelay(): TestBelay {
    const home = this.disks ? join(this.disks.state.path, 'home') : undefined;
    return new TestBelay(this.proxy?.dockerHost ?? this.engine.dockerHost, this.#parts.program, home);
  }

  async answers(): Promise<boolean> {
    const answer = await fetch(`http://127.0.0.1:${this.port}/version`).catch(() => null);
    return answer?.ok === true;
  }

  /** Resolves when the appliance serves again, which the engine itself may see to; after a while also where it does not. */
  async settled(): Promise<void> {
    const serves = async () => (await this.belay.system()).state === 'running' && (await this.answers());
    await until('the appliance serves', () => serves().catch(() => false), 15_000).catch(() => {});
  }

  /** A user of the appliance writes something, and it is on the disk when this returns. */
  async note(): Promise<void> {
    await until('the appliance takes a note', () => this.answers());
    const answer = await fetch(`http://127.0.0.1:${this.port}/cgi-bin/note?note-${this.#notes++}`);
    if ((await answer.text()) !== 'noted\n') throw new Error('the appliance did not take the note');
  }

  /** Brings the appliance to the version that an operation is to begin from, in the ordinary way. */
  async become(version: string): Promise<void> {
    if ((await this.belay.system()).version === version && (version === OLD || this.left)) return;
    if ((await this.belay.system()).version !== OLD) this.#mustSucceed(await this.belay.rollback());
    if (version === OLD) return;
    await this.note();
    this.left = await readWitness(this);
    this.#mustSucceed(await this.belay.upgrade(NEW));
    if (version === NEW) return;
    await this.#keepInstant(1);
    this.#mustSucceed(await this.belay.upgrade(version));
    await this.belay.untilSnapshots((all) => all.some(({ kind }) => kind === 'archive'));
  }

  async #keepInstant(slots: number): Promise<void> {
    const [service] = (await this.belay.system()).services;
    const text = `services: {${service?.name}: {image: any}}\nx-belay: {retention: {instant: ${slots}}}\n`;
    await this.belay.post('/api/manifest', {
      manifest: { file: 'appliance.yaml', directory: '/srv', text, files: {} },
    });
  }

  #mustSucceed(operation: OperationView): void {
    if (operation.state !== 'succeeded') throw new Error(`the ${operation.kind} did not succeed: ${operation.reason}`);
  }

  hold(point: string): void {
    // A daemon that was killed while it was held there has left its mark.
    rmSync(join(this.belay.holds, `${point}.held`), { force: true });
    writeFileSync(join(this.belay.holds, point), '');
  }

  letGoAll(): void {
    for (const name of readdirSync(this.belay.holds)) if (/^[a-z-]+:[a-z-]+$/.test(name)) this.letGo(name);
  }

  letGo(point: string): void {
    rmSync(join(this.belay.holds, point), { force: true });
  }

  /** Resolves true when the operation is held there, false when it has ended without. */
  async held(point: string, operation: OperationView): Promise<boolean> {
    const mark = join(this.belay.holds, `${point}.held`);
    let looks = 0;
    await until(`the operation is held at ${point}`, async () => {
      return existsSync(mark) || (++looks % 10 === 0 && (await this.#hasEnded(operation)));
    });
    return existsSync(mark);
  }

  async #hasEnded({ id }: OperationView): Promise<boolean> {
    const now = await this.belay.get<OperationView>(`/api/upgrade/status?operation=${id}`).catch(() => null);
    return now !== null && now.state !== 'running';
  }

  async close(): Promise<void> {
    await this.belay.close();
    await removeParts(this.#parts);
  }
}

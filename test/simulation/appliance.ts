import type { ProcessPlan } from '../../src/lab/processes.ts';
import { SERVER } from './agents.ts';
import type { Chance } from './chance.ts';
import type { ExternalDatabase } from './database.ts';
import type { Directory, SimulatedDisk } from './disk.ts';
import type { Truth } from './truth.ts';
import type { VirtualTime } from './virtual-time.ts';

/** How a version of the sample appliance behaves. */
export type Behaviour =
  | 'good'
  | 'exits' // at once
  | 'never-healthy'
  | 'dies-later' // some seconds after it began to serve
  | 'dies-migrating'
  | 'wrong-version' // says that it is another one
  | 'deaf'; // ignores SIGTERM

export interface ApplianceWorld {
  time: VirtualTime;
  chance: Chance;
  disk: SimulatedDisk;
  truth: Truth;
  database: ExternalDatabase;
}

const SPARSE = '.'.repeat(40);

/** The main process of a container: migrates its data if they are older, then serves and writes. */
export class Appliance {
  isServing = false;
  readonly version: string;
  /** The server, or one of the agents: what its container was made for, where Belay made it. */
  member: string;
  readonly containerId: string;
  /** On a clone and a network of its own: it does not get at the database either. */
  isRehearsed = false;
  readonly directories: { target: string; path: string; directory: Directory }[];
  readonly #behaviour: Behaviour;
  readonly #format: number;
  readonly #world: ApplianceWorld;
  readonly #say: (line: string) => void;
  readonly #exit: (code: number) => void;
  #written = 0;

  constructor(world: ApplianceWorld, plan: ProcessPlan, exit: (code: number) => void) {
    const { env } = plan;
    this.#world = world;
    this.version = env['SIM_VERSION'] ?? '';
    this.member = env['SIM_MEMBER'] ?? SERVER;
    this.#behaviour = (env['SIM_BEHAVIOUR'] ?? 'good') as Behaviour;
    this.#format = Number(env['SIM_FORMAT'] ?? 1);
    this.containerId = containerOf(plan);
    this.#say = (line) => plan.onOutput('stdout', Buffer.from(`${line}\n`));
    this.#exit = exit;
    const mounts = JSON.parse(env['BELAY_LAB_MOUNTS'] ?? '{}') as Record<string, string>;
    this.directories = Object.entries(mounts).map(([target, path]) => {
      const directory = world.disk.directory(path);
      if (!directory) throw new Error(`${path} is no directory`);
      return { target, path, directory };
    });
  }

  /** Runs until it exits or is killed. */
  async run(): Promise<void> {
    const { time, chance } = this.#world;
    await time.sleep(chance.between(20, 200));
    if (this.#behaviour === 'exits') return this.#fail('fatal: lost the cluster');
    const usesDatabase = this.member === SERVER && !this.isRehearsed;
    if (usesDatabase && !this.#world.database.openedBy(this.containerId, this.#format))
      return this.#fail('fatal: the database is newer');
    for (const { directory } of this.directories) if (!(await this.#migrate(directory))) return;
    await time.sleep(chance.between(20, 300));
    this.isServing = this.#behaviour !== 'never-healthy';
    this.#say('serving');
    const diesAtMs =
      this.#behaviour === 'dies-later' ? time.nowMs + chance.between(100, 5_000) : Number.POSITIVE_INFINITY;
    for (;;) {
      await time.sleep(chance.between(20, 400));
      if (time.nowMs >= diesAtMs) return this.#fail('fatal: index page 7 is out of bounds');
      for (const { directory } of this.directories) await this.#write(directory);
    }
  }

  /** SIGTERM: what is under way is brought to the disk. */
  async stop(): Promise<void> {
    if (this.#behaviour === 'deaf') return;
    this.isServing = false;
    await this.#world.time.sleep(this.#world.chance.between(10, 150));
    this.#exit(0);
  }

  /** What a command run in its container answers with. */
  answer(command: string): { output: string; exitCode: number } {
    if (command === '--health') return { output: '', exitCode: this.isServing ? 0 : 1 };
    return { output: this.#behaviour === 'wrong-version' ? '0.0.1-dirty' : this.version, exitCode: 0 };
  }

  #fail(line: string): void {
    this.#say(line);
    this.#exit(1);
  }

  async #migrate(directory: Directory): Promise<boolean> {
    const { time, chance } = this.#world;
    const text = this.#read(directory, 'format');
    if (text === null) this.#put(directory, 'format', String(this.#format));
    const found = Number(text ?? this.#format);
    if (found > this.#format) {
      this.#fail(`fatal: data of format ${found}, which I do not know`);
      return false;
    }
    for (const name of found < this.#format ? [...directory.entries.keys()] : []) {
      await time.sleep(chance.between(5, 60));
      if (this.#behaviour === 'dies-migrating' && chance.happens(0.4)) {
        this.#fail('fatal: migration failed');
        return false;
      }
      const old = this.#read(directory, name);
      if (old !== null && name !== 'format') this.#put(directory, name, `${old}>${this.#format}`);
    }
    if (found < this.#format) this.#put(directory, 'format', String(this.#format));
    return true;
  }

  async #write(directory: Directory): Promise<void> {
    const { chance, disk, truth } = this.#world;
    const isDatabase = chance.happens(0.3);
    const name = isDatabase ? `m${chance.between(1, 2)}` : `r${chance.between(1, 6)}`;
    const file = directory.entries.get(name);
    const roll = chance.next();
    if (file?.kind === 'file' && isDatabase) await this.#writeMapped(directory, name);
    else if (file?.kind !== 'file' || roll < 0.45) this.#put(directory, name, this.#newText());
    else if (roll < 0.8) await this.#writeMapped(directory, name);
    else if (roll < 0.9) {
      truth.writes(directory, name, null, true);
      disk.change(directory, name, null);
      disk.flushDirectories();
    } else {
      const other = `${name}-${chance.between(1, 3)}`;
      this.#put(directory, other, file.text);
    }
  }

  /** Through a mapping: the size stays, and the time moves only where the page was clean. */
  async #writeMapped(directory: Directory, name: string): Promise<void> {
    const { time, chance, disk, truth } = this.#world;
    const file = directory.entries.get(name);
    if (file?.kind !== 'file') return;
    const text = `${this.#newText()}${SPARSE}`.slice(0, file.text.length);
    if (!file.isDirtyPage) file.mtimeMs = time.wallMs;
    file.isDirtyPage = true;
    file.text = text;
    truth.writes(directory, name, text, false);
    if (chance.happens(0.7)) return; // acknowledged by a later flush
    await time.sleep(chance.between(1, 200));
    disk.flushFile(file);
    truth.writes(directory, name, file.text, true);
  }

  #newText(): string {
    const { chance } = this.#world;
    return `${this.version}#${this.containerId.slice(0, 4)}.${++this.#written}${SPARSE.slice(0, chance.between(0, 12))}`;
  }

  #read(directory: Directory, name: string): string | null {
    const file = directory.entries.get(name);
    return file?.kind === 'file' ? file.text : null;
  }

  /** Written and flushed, and so acknowledged. */
  #put(directory: Directory, name: string, text: string): void {
    const { time, disk, truth } = this.#world;
    const file = disk.newFile(text, time.wallMs);
    disk.change(directory, name, file);
    disk.flushFile(file);
    truth.writes(directory, name, text, true);
  }
}

/** The container whose process this is, by its root directory. */
export const containerOf = ({ env }: ProcessPlan): string =>
  /\/containers\/([0-9a-f]{64})\//.exec(env['BELAY_LAB_ROOT'] ?? '')?.[1] ?? '';

import type { Dial, EngineCall } from '../../src/docker/engine-connection.ts';
import { boot } from '../../src/lab/boot.ts';
import { type Engine, openEngine } from '../../src/lab/engine.ts';
import { Execs } from '../../src/lab/execs.ts';
import type { Ground } from '../../src/lab/ground.ts';
import { Registry } from '../../src/lab/registry.ts';
import { dispatch, type Route } from '../../src/lab/router.ts';
import { routesOf } from '../../src/lab/routes.ts';
import type { SimulatedDisk } from './disk.ts';
import { Exchange } from './exchange.ts';
import type { SimulatedProcesses } from './processes.ts';
import { type Life, living, never, type VirtualTime } from './virtual-time.ts';

export const ENGINE_ROOT = '/var/lib/docker';
const PULL_LINE_MS = 3;
const CALL_MS = 1;

const broken = (code: string) => Object.assign(new Error(code), { code });

/** The embedded engine on a simulated machine, without sockets. It can be killed, held and started again. */
export class SimulatedEngine {
  readonly registry: Registry;
  readonly #disk: SimulatedDisk;
  readonly #time: VirtualTime;
  readonly #processes: SimulatedProcesses;
  #life: Life = { name: 'engine', dead: true };
  #engine: Engine | null = null;
  #routes: Route[] = [];
  #booted: Promise<void> = Promise.resolve();
  #held: PromiseWithResolvers<void> | null = null;
  readonly #exchanges = new Set<Exchange>();
  #boots = 0;
  /** Those who wait for it to stop, which may be several. */
  readonly #stopping = new Set<() => void>();
  /** Calls that came while it was held: they are served in their order. */
  #waiting = 0;

  constructor(disk: SimulatedDisk, time: VirtualTime, processes: SimulatedProcesses) {
    this.#disk = disk;
    this.#time = time;
    this.#processes = processes;
    this.registry = new Registry(this.#ground({ name: 'registry', dead: false }), ENGINE_ROOT, 17_050);
  }

  get isUp(): boolean {
    return this.#engine !== null && this.#held === null;
  }

  /** Its parts, for what is done by hand. Null while it is down. */
  get parts(): Engine | null {
    return this.#engine;
  }

  /** Comes up and brings back what restart policies say. */
  async boot(): Promise<void> {
    if (this.#engine) return;
    const life = { name: `engine ${++this.#boots}`, dead: false };
    this.#life = life;
    await living(life, async () => {
      const ground = this.#ground(life);
      const engine = openEngine(ground, ENGINE_ROOT, this.registry, PULL_LINE_MS);
      this.#routes = routesOf(engine, new Execs(engine.containers, engine.supervisor));
      this.#engine = engine;
      this.#booted = boot(engine.containers, engine.supervisor, ground.processes);
      await this.#booted;
    });
  }

  /** kill -9: its containers go on until it comes back. */
  kill(): void {
    this.#life.dead = true;
    this.#engine = null;
    for (const resolve of this.#stopping) resolve();
    this.#stopping.clear();
    this.release();
    for (const exchange of [...this.#exchanges]) exchange.cut(broken('ECONNRESET'));
    this.#exchanges.clear();
  }

  /** SIGTERM: stops its containers first. */
  async stop(): Promise<void> {
    const engine = this.#engine;
    if (!engine) return;
    const killed = new Promise<void>((resolve) => this.#stopping.add(resolve));
    await Promise.race([living(this.#life, () => engine.supervisor.shutDown()), killed]);
    if (this.#engine === engine) this.kill();
  }

  /** SIGSTOP: calls are accepted and not answered. */
  hold(): void {
    this.#held ??= Promise.withResolvers<void>();
  }

  release(): void {
    this.#held?.resolve();
    this.#waiting = 0;
    this.#held = null;
  }

  /** One call over a connection of its own, as a daemon or a person makes it. */
  readonly dial: Dial = async (call: EngineCall, signal: AbortSignal) => {
    signal.throwIfAborted();
    if (!this.#engine) throw broken('ECONNREFUSED');
    const exchange = new Exchange(call, () => this.#exchanges.delete(exchange));
    this.#exchanges.add(exchange);
    signal.addEventListener('abort', () => exchange.cut(signal.reason), { once: true });
    void living(this.#life, () => this.#serve(exchange));
    return exchange.answer();
  };

  async #serve(exchange: Exchange): Promise<void> {
    const life = this.#life;
    await this.#time.sleep(CALL_MS);
    if (this.#held) {
      const turnMs = ++this.#waiting;
      await this.#held.promise;
      await this.#time.sleep(turnMs);
    }
    await this.#booted;
    if (life.dead) return;
    await dispatch(this.#routes, exchange.request, exchange.response);
  }

  /** What a dead engine does has no effect, and what happens does not reach it. */
  #ground(life: Life): Ground {
    const disk = this.#disk;
    const unlessDead =
      <Args extends unknown[]>(act: (...args: Args) => void) =>
      (...args: Args) => {
        if (!life.dead) act(...args);
      };
    return {
      disk: {
        read: (path) => disk.read(path),
        list: (path) => disk.list(path),
        exists: (path) => disk.exists(path),
        isLink: (path) => disk.isLink(path),
        replace: unlessDead((path: string, text: string) => disk.replace(path, text)),
        append: unlessDead((path: string, text: string) => disk.append(path, text)),
        makeDirectory: unlessDead((path: string) => disk.makeDirectory(path)),
        link: unlessDead((target: string, path: string) => disk.link(target, path)),
        remove: unlessDead((path: string) => disk.remove(path)),
      },
      processes: {
        start: async (plan) => {
          if (life.dead) return never();
          const process = await this.#processes.start(plan);
          const ended = process.ended.then((exitCode) => (life.dead ? never<number>() : exitCode));
          return { ...process, ended };
        },
        stampOf: (pid) => this.#processes.stampOf(pid),
        killGroup: (pid) => this.#processes.killGroup(pid),
      },
      listen: async () => {},
    };
  }
}

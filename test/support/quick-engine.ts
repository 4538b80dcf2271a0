import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DockerHost } from '../../src/docker/docker-host.ts';
import type { Dial } from '../../src/docker/engine-connection.ts';
import { type AddedImage, addImage } from '../../src/lab/add-image.ts';
import { type Engine, openEngine } from '../../src/lab/engine.ts';
import { Execs } from '../../src/lab/execs.ts';
import { type Ground, thisMachine } from '../../src/lab/ground.ts';
import type { ImageDefinition } from '../../src/lab/image-definition.ts';
import type { Processes } from '../../src/lab/processes.ts';
import { Registry } from '../../src/lab/registry.ts';
import { dispatch, type Route } from '../../src/lab/router.ts';
import { routesOf } from '../../src/lab/routes.ts';
import { Exchange } from '../simulation/exchange.ts';

/** Beyond what Linux gives to a process: nothing of this machine is taken for one of these. */
const FIRST_PID = 1 << 23;
const STOPPED = 143;

/** Processes that do nothing until they are told to end. */
function idleProcesses(): Processes {
  const ends = new Map<number, (exitCode: number) => void>();
  let pid = FIRST_PID;
  return {
    async start() {
      const { promise: ended, resolve } = Promise.withResolvers<number>();
      const own = ++pid;
      ends.set(own, resolve);
      const end = () => {
        ends.delete(own);
        resolve(STOPPED);
      };
      return { pid: own, ended, signal: end, signalGroup: end };
    },
    stampOf: (one) => (ends.has(one) ? String(one) : null),
    killGroup: (one) => ends.get(one)?.(STOPPED),
  };
}

/** The embedded engine in this process: containers cost nothing, so that there may be a thousand. It counts its calls. */
export class QuickEngine {
  readonly root = mkdtempSync(join(tmpdir(), 'belay-quick-'));
  readonly parts: Engine;
  readonly host: DockerHost;
  /** Since the last time that it was asked to begin anew. */
  calls = 0;
  mostOpen = 0;
  #open = 0;
  readonly #routes: Route[];

  constructor() {
    const claimed = new Set<string>();
    const ground: Ground = {
      ...{ disk: thisMachine.disk, processes: idleProcesses() },
      listen: async (_server, { host, port }) => {
        const address = `${host}:${port}`;
        if (claimed.has(address)) throw Object.assign(new Error(address), { code: 'EADDRINUSE' });
        claimed.add(address);
      },
    };
    const registry = new Registry(ground, this.root, 17_060);
    this.parts = openEngine(ground, this.root, registry, 0);
    this.#routes = routesOf(this.parts, new Execs(this.parts.containers, this.parts.supervisor));
    this.host = new QuickHost({ socketPath: join(this.root, 'engine.sock'), dial: this.#dial });
  }

  async addImage(definition: ImageDefinition): Promise<AddedImage> {
    await this.parts.registry.start();
    return addImage(this.parts, definition, 'both');
  }

  begin(): void {
    this.calls = 0;
    this.mostOpen = 0;
  }

  close(): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  readonly #dial: Dial = async (call) => {
    this.calls += 1;
    this.#open += 1;
    this.mostOpen = Math.max(this.mostOpen, this.#open);
    const exchange = new Exchange(call, () => {
      this.#open -= 1;
    });
    // An engine takes a moment, in which other calls come.
    setImmediate(() => void dispatch(this.#routes, exchange.request, exchange.response));
    return exchange.answer();
  };
}

class QuickHost extends DockerHost {
  override async flush(): Promise<void> {}
}

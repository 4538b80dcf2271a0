import { DockerHost } from '../../src/docker/docker-host.ts';
import type { ContainerHost } from '../../src/domain/ports/container-host.ts';
import type { PinnedImage } from '../../src/domain/service-spec.ts';
import type { Point } from './faults.ts';
import type { Machine } from './machine.ts';

type Through = <T>(point: Point, act: () => Promise<T>) => Promise<T>;

/** All of `docker/` above the socket, on the simulated engine. What it would do past the engine's API is simulated. */
export class SimulatedHost extends DockerHost implements ContainerHost {
  readonly #machine: Machine;
  readonly #through: Through;

  constructor(machine: Machine, through: Through) {
    super({
      socketPath: '/run/docker.sock',
      dial: (call, signal) => {
        const point: Point = {
          port: 'engine',
          call: `${call.method} ${call.path}`,
          acts: call.method !== 'GET' && !call.path.includes('exec'),
        };
        return orAborted(
          signal,
          through(point, () => machine.engine.dial(call, signal)),
        );
      },
    });
    this.#machine = machine;
    this.#through = through;
  }

  override flush(): Promise<void> {
    return this.#through({ port: 'slots', call: 'flush of the engine', acts: true }, async () => {
      this.#machine.unflushedVersions.clear();
    });
  }

  override async pullImage(image: PinnedImage, ...rest: [Parameters<DockerHost['pullImage']>[1], AbortSignal?]) {
    const here = await this.inspectImage(`${image.repository}@${image.digest}`, rest[1]);
    const info = await super.pullImage(image, ...rest);
    if (!here) this.#machine.unflushedVersions.add(image.tag);
    return info;
  }

  override async endCommands(id: string, command: readonly string[]): Promise<void> {
    this.#machine.processes.endCommands(id, command[1] ?? '');
  }

  override async answers(id: string): Promise<boolean> {
    const instance = await this.inspectInstance(id).catch(() => null);
    if (instance?.state !== 'running') return false;
    return this.#machine.processes.all().some(({ containerId, isServing }) => containerId === id && isServing);
  }
}

function orAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    work.then(resolve, reject);
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

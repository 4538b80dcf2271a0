import { join } from 'node:path';
import type { Addresses } from './addresses.ts';
import { environmentOf, type Placement, substitutePorts } from './container-env.ts';
import type { Containers } from './containers.ts';
import type { Ground } from './ground.ts';
import { newId } from './identity.ts';
import { asText } from './json.ts';
import { LabError } from './lab-error.ts';
import type { ContainerLog, LogStream } from './logs.ts';
import { layOut } from './mounts.ts';
import type { Networks } from './networks.ts';
import { type RunningProcess, UnstartableError } from './processes.ts';
import type { Publication, PublishedPorts } from './published-ports.ts';
import type { ContainerRecord } from './records.ts';
import type { Volumes } from './volumes.ts';

/** What running containers stand on. */
export interface RunWorld {
  ground: Ground;
  root: string;
  containers: Containers;
  volumes: Volumes;
  networks: Networks;
  addresses: Addresses;
  publishedPorts: PublishedPorts;
}

/** A container while it runs: its process and what it holds of the host. */
export interface Run {
  process: RunningProcess;
  placement: Placement;
  publication: Publication;
  startedMs: number;
  /** Processes that were started in the container besides its own. They end with it. */
  execs: Set<RunningProcess>;
  /** Aborted when the container ends. */
  over: AbortController;
}

export interface ExecPlan {
  command: readonly string[];
  env?: readonly string[];
  workingDir?: string;
  onOutput: (stream: LogStream, chunk: Buffer) => void;
}

async function placeContainer(world: RunWorld, record: ContainerRecord): Promise<Placement> {
  const mode = asText(record.hostConfig['NetworkMode']);
  for (const name of Object.keys(record.networks)) world.networks.find(name);
  const shared = mode.startsWith('container:') ? world.containers.find(mode.slice('container:'.length)) : null;
  if (shared && !shared.state.Running) {
    throw new LabError(409, `cannot join network of a non running container: ${shared.id}`);
  }
  const directory = join(world.containers.directory(record.id), 'mounts');
  const mounts = layOut(record.mounts, directory, { disk: world.ground.disk, volumes: world.volumes });
  const ports = await substitutePorts(record, world.ground.listen);
  const rest = { directory, mounts, ports };
  if (mode === 'host') return { ...rest, address: '127.0.0.1', releaseAddress: () => {} };
  if (shared) return { ...rest, address: shared.address, releaseAddress: () => {} };
  const address = await world.addresses.take();
  return { ...rest, address, releaseAddress: () => world.addresses.release(address) };
}

/** Publishes the ports, then starts the process; leaves nothing behind where either fails. */
export async function launch(world: RunWorld, record: ContainerRecord, log: ContainerLog): Promise<Run> {
  const placement = await placeContainer(world, record);
  try {
    const publication = await publish(world, record, placement);
    try {
      const process = await world.ground.processes.start({
        command: [record.path, ...record.args],
        env: environmentOf(record, placement, world.root),
        workingDir: workingDirOf(world, record.config.WorkingDir, placement),
        onOutput: (stream, chunk) => log.append(stream, chunk),
      });
      return {
        process,
        placement,
        publication,
        startedMs: performance.now(),
        execs: new Set(),
        over: new AbortController(),
      };
    } catch (error) {
      publication.close();
      throw error;
    }
  } catch (error) {
    placement.releaseAddress();
    throw error;
  }
}

async function publish(world: RunWorld, record: ContainerRecord, placement: Placement): Promise<Publication> {
  try {
    return await world.publishedPorts.publish(record, placement);
  } catch (error) {
    const endpoint = `driver failed programming external connectivity on endpoint ${record.name} (${newId()})`;
    throw new LabError(500, `${endpoint}: ${(error as Error).message}`);
  }
}

function workingDirOf({ ground }: RunWorld, path: string, placement: Placement): string {
  const directory = join(placement.directory, path);
  ground.disk.makeDirectory(directory);
  return directory;
}

/** Starts a process in a running container. */
export async function execute(
  world: RunWorld,
  record: ContainerRecord,
  run: Run,
  plan: ExecPlan,
): Promise<RunningProcess> {
  const env = environmentOf(record, run.placement, world.root);
  for (const entry of plan.env ?? []) {
    const equals = entry.indexOf('=');
    if (equals > 0) env[entry.slice(0, equals)] = entry.slice(equals + 1);
  }
  const process = await world.ground.processes.start({
    command: plan.command,
    env,
    workingDir: workingDirOf(world, plan.workingDir || record.config.WorkingDir, run.placement),
    onOutput: plan.onOutput,
  });
  run.execs.add(process);
  // The container may have ended while this was starting.
  if (run.over.signal.aborted) process.signalGroup('SIGKILL');
  process.ended.then(() => run.execs.delete(process));
  return process;
}

/** How the engine words a failed start, and the exit code that the container then shows. */
export function startFailure(error: unknown): { error: LabError; exitCode: number } {
  if (error instanceof UnstartableError) {
    const message = `failed to create shim task: OCI runtime create failed: runc create failed: ${error.message}`;
    return { error: new LabError(error.status, message), exitCode: error.exitCode };
  }
  const labError = error instanceof LabError ? error : new LabError(500, (error as Error).message);
  return { error: labError, exitCode: 128 };
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PrivateEngine, startPrivateEngine } from '../../src/demo/private-engine/private-engine.ts';
import { type PrivateRegistry, startRegistry } from '../../src/demo/private-engine/registry.ts';
import { type FaultyRegistry, startFaultyRegistry } from '../docker/faulty-registry.ts';
import { type LoopFilesystem, mountLoop } from '../support/loop-filesystem.ts';
import { type BuildName, programOf } from './builds.ts';
import { type EngineProxy, startEngineProxy } from './engine-proxy.ts';

export interface StageOptions {
  /** A build other than the test build. */
  build?: BuildName;
  /** Engine, data and state on file systems of their own, whose power can be cut. */
  ownDisks?: true;
  /** The daemon reaches the engine through a proxy that can break answers. */
  engineProxy?: true;
  /** More of what the administrator ran the appliance with. */
  flags?: readonly string[];
}

/** What stands on a stage before anything runs on it. */
export interface StageParts {
  engine: PrivateEngine;
  real: PrivateRegistry;
  /** In front of the real one. */
  registry: FaultyRegistry;
  directory: string;
  disks: { data: LoopFilesystem; state: LoopFilesystem } | null;
  proxy: EngineProxy | null;
  /** Of the build under test, where it is not the ordinary one. */
  program: string | undefined;
}

export async function setParts(options: StageOptions): Promise<StageParts> {
  // Nothing reaches a disk by itself within the minute that a power cut takes to be planted.
  const disk = () => mountLoop('ext4', 3 * 2 ** 30, ['commit=300', 'errors=remount-ro']);
  const disks = options.ownDisks ? { data: await disk(), state: await disk() } : null;
  const [engine, real] = await Promise.all([
    disks ? startPrivateEngine('fault', disks.data.path) : startPrivateEngine('fault'),
    startRegistry(),
  ]);
  const registry = await startFaultyRegistry(real.address);
  const directory = await mkdtemp(join(tmpdir(), 'belay-stage-'));
  const proxy = options.engineProxy ? await startEngineProxy(engine.socketPath, join(directory, 'engine')) : null;
  const program = options.build ? await programOf(options.build) : undefined;
  return { engine, real, registry, directory, disks, proxy, program };
}

export async function removeParts({ proxy, engine, registry, real, disks, directory }: StageParts): Promise<void> {
  await proxy?.stop();
  await engine.stop();
  await registry.stop();
  await real.stop();
  await disks?.data.remove();
  await disks?.state.remove();
  await rm(directory, { recursive: true, force: true });
}

import { chmodSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { connect } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { type AddedImage, addImage, type ImagePlace } from './add-image.ts';
import { upgradeToExec } from './api/exec.ts';
import { API_VERSION, ENGINE_VERSION } from './api/system.ts';
import { boot } from './boot.ts';
import { installPrograms } from './container-env.ts';
import { type Engine, openEngine } from './engine.ts';
import { Execs } from './execs.ts';
import { type Fault, Faults } from './faults.ts';
import { thisMachine } from './ground.ts';
import type { ImageDefinition } from './image-definition.ts';
import { listenOn } from './listen.ts';
import { Registry } from './registry.ts';
import { dispatch, unversioned } from './router.ts';
import { routesOf } from './routes.ts';

export interface LabOptions {
  /** Everything that the lab keeps lies under this directory. */
  root: string;
  /** `engine.sock` in the root, where it is not given. */
  socketPath?: string;
  /** The one of the last time, or else a free one. It is part of the images' names. */
  registryPort?: number;
  /** How long each line of a pull's progress takes. */
  pullLineMs?: number;
}

export interface Lab {
  socketPath: string;
  root: string;
  registryPort: number;
  addImage(definition: ImageDefinition, place?: ImagePlace): AddedImage;
  /** Lets calls of the engine's API go wrong; returns what ends it. */
  inject(fault: Fault): () => void;
  stopRegistry(): Promise<void>;
  startRegistry(): Promise<void>;
  /** Stops the containers, as the engine does on a clean stop, and then the engine. */
  close(): Promise<void>;
}

/**
 * Starts an embedded engine that speaks the Docker Engine's API on a unix socket (mode 0600). It goes on from
 * what is under `root`. Rejects where another engine answers on the socket.
 */
export async function startLab(options: LabOptions): Promise<Lab> {
  const root = resolve(options.root);
  const socketPath = options.socketPath ?? join(root, 'engine.sock');
  mkdirSync(root, { recursive: true, mode: 0o700 });
  mkdirSync(dirname(socketPath), { recursive: true });
  await clearStaleSocket(socketPath);
  installPrograms(root);
  const registry = new Registry(thisMachine, root, options.registryPort ?? null);
  await registry.start();
  const engine = openEngine(thisMachine, root, registry, options.pullLineMs ?? 2);
  const faults = new Faults();
  const booted = Promise.withResolvers<void>();
  const server = newServer(engine, faults, booted.promise);
  try {
    // The socket first: where it cannot be had, no container must have been started.
    await listenOn(server, { path: socketPath });
  } catch (error) {
    await registry.stop();
    throw error;
  }
  chmodSync(socketPath, 0o600);
  await boot(engine.containers, engine.supervisor, thisMachine.processes);
  booted.resolve();
  let closing: Promise<void> | null = null;
  return {
    socketPath,
    root,
    registryPort: registry.port,
    addImage: (definition, place = 'registry') => addImage(engine, definition, place),
    inject: (fault) => faults.inject(fault),
    stopRegistry: () => registry.stop(),
    startRegistry: () => registry.start(),
    close: () => (closing ??= close(engine, server)),
  };
}

/** Calls wait until the containers of the last time have been seen to. */
function newServer(engine: Engine, faults: Faults, booted: Promise<void>): Server {
  const execs = new Execs(engine.containers, engine.supervisor);
  const routes = routesOf(engine, execs);
  const server = createServer(async (request, response) => {
    response.setHeader('api-version', API_VERSION);
    response.setHeader('ostype', 'linux');
    response.setHeader('server', `Docker/${ENGINE_VERSION} (linux)`);
    await booted;
    const path = unversioned((request.url ?? '/').split('?')[0] ?? '/');
    if (!(await faults.strike(request, response, path))) await dispatch(routes, request, response);
  });
  server.on('upgrade', (request, socket) => void upgradeToExec(execs, request, socket));
  // Calls that wait for a container, and streams, take as long as they take.
  server.requestTimeout = 0;
  return server;
}

async function close(engine: Engine, server: Server): Promise<void> {
  await engine.supervisor.shutDown();
  const closed = new Promise((done) => server.close(done));
  server.closeAllConnections();
  await closed;
  await engine.registry.stop();
  engine.addresses.close();
}

/** A socket that nobody answers on is left over from a lab that was killed. */
async function clearStaleSocket(path: string): Promise<void> {
  if (!existsSync(path)) return;
  const isAnswered = await new Promise<boolean>((done) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      done(true);
    });
    socket.once('error', () => done(false));
  });
  if (isAnswered) throw new Error(`another engine answers on ${path}`);
  rmSync(path);
}

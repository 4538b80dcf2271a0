import { availableParallelism, release, totalmem } from 'node:os';
import type { Engine } from '../engine.ts';
import { EVENT_FILTERS, type LabEvent, matchesEvent } from '../events.ts';
import { parseFilters } from '../filters.ts';
import { LAB_NAME } from '../identity.ts';
import { architecture } from '../image-definition.ts';
import { type Call, type Route, route } from '../router.ts';

/** The version of the engine's API that the lab speaks, and of the engine that it behaves as. */
export const API_VERSION = '1.41';
export const ENGINE_VERSION = '20.10.24';

function version() {
  const own = { ApiVersion: API_VERSION, MinAPIVersion: '1.12', Arch: architecture(), Os: 'linux' };
  const details = {
    ...own,
    GitCommit: '',
    GoVersion: '',
    KernelVersion: release(),
    BuildTime: '',
    Experimental: 'false',
  };
  return {
    Platform: { Name: LAB_NAME },
    Components: [{ Name: LAB_NAME, Version: ENGINE_VERSION, Details: details }],
    Version: ENGINE_VERSION,
    ...details,
    Experimental: false,
  };
}

function info(engine: Engine) {
  const containers = engine.containers.list();
  const running = containers.filter(({ state }) => state.Running).length;
  const paused = containers.filter(({ state }) => state.Paused).length;
  return {
    ID: engine.id,
    Name: LAB_NAME,
    ServerVersion: ENGINE_VERSION,
    OperatingSystem: LAB_NAME,
    OSType: 'linux',
    Architecture: process.arch === 'arm64' ? 'aarch64' : 'x86_64',
    KernelVersion: release(),
    Driver: 'lab',
    DriverStatus: [],
    LoggingDriver: 'json-file',
    DockerRootDir: engine.root,
    Containers: containers.length,
    ContainersRunning: running - paused,
    ContainersPaused: paused,
    ContainersStopped: containers.length - running,
    Images: engine.images.list().length,
    NCPU: availableParallelism(),
    MemTotal: totalmem(),
    Labels: [],
    LiveRestoreEnabled: false,
    Swarm: {
      NodeID: '',
      NodeAddr: '',
      LocalNodeState: 'inactive',
      ControlAvailable: false,
      Error: '',
      RemoteManagers: null,
    },
    RegistryConfig: { InsecureRegistryCIDRs: ['127.0.0.0/8'], IndexConfigs: {}, Mirrors: [] },
    SystemTime: new Date().toISOString(),
    Warnings: null,
  };
}

function ping({ request, response }: Call): void {
  const headers = { 'cache-control': 'no-cache, no-store, must-revalidate', pragma: 'no-cache' };
  response.writeHead(200, { ...headers, 'content-type': 'text/plain; charset=utf-8', 'content-length': 2 });
  response.end(request.method === 'HEAD' ? undefined : 'OK');
}

/** Events since `since`, then those that come, until `until` or until the client goes. */
function streamEvents(engine: Engine, call: Call): void {
  const filters = parseFilters(call.query.get('filters'), EVENT_FILTERS);
  const since = call.query.get('since');
  const until = call.query.get('until');
  call.stream('application/json');
  const send = (event: LabEvent) => {
    if (matchesEvent(filters, event)) call.response.write(`${JSON.stringify(event)}\n`);
  };
  if (since) for (const event of engine.events.since(Number(since))) send(event);
  const unlisten = engine.events.listen(send);
  call.response.once('close', unlisten);
  if (!until) return;
  const leftMs = Math.max(0, Number(until) * 1000 - Date.now());
  const timer = setTimeout(() => call.response.end(), leftMs);
  call.response.once('close', () => clearTimeout(timer));
}

export function systemRoutes(engine: Engine): Route[] {
  return [
    route('GET', '/_ping', ping),
    route('HEAD', '/_ping', ping),
    route('GET', '/version', ({ json }) => json(200, version())),
    route('GET', '/info', ({ json }) => json(200, info(engine))),
    route('GET', '/events', (call) => streamEvents(engine, call)),
  ];
}

import { request } from 'node:http';
import { createServer, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ImageDefinition } from './image-definition.ts';
import type { Lab } from './lab.ts';
import { listenOn } from './listen.ts';

export interface Demo {
  /** `127.0.0.1:17050/acme/server` */
  repository: string;
  container: string;
  /** Where the appliance answers on this machine. */
  url: string;
}

const CONTAINER = 'acme';
const REPOSITORY = 'acme/server';
const RELEASED = {
  '1.0': '2026-02-11T09:00:00Z',
  '2.0': '2026-05-20T09:00:00Z',
  '2.1': '2026-08-03T09:00:00Z',
  '3.0': '2026-10-29T09:00:00Z',
};
export const ACME_VERSIONS: readonly string[] = Object.keys(RELEASED);
export const ACME_NOTES: readonly string[] = [
  'Ropes checked at base camp',
  'Weather window from Thursday',
  'Camp 2 needs gas',
];
const READY_WITHIN_MS = 15_000;
const FIRST_HOST_PORT = 18080;

/** The sample appliance's images: one for each version, which is all that tells them apart. */
export function acmeImage(version: string, port = 8080): ImageDefinition {
  return {
    repository: REPOSITORY,
    tag: version,
    entrypoint: ['acme'],
    env: { ACME_VERSION: version, ...(port === 8080 ? {} : { ACME_PORT: String(port) }) },
    labels: {
      'org.opencontainers.image.title': 'acme',
      'org.opencontainers.image.version': version,
      'io.belay.version-command': 'acme --version',
      'io.belay.gate.stable': '3s',
    },
    healthcheck: { Test: ['CMD', 'acme', '--health'], Interval: 1e9, Timeout: 3e9, StartPeriod: 10e9, Retries: 3 },
    volumes: ['/var/lib/acme'],
    exposedPorts: [`${port}/tcp`],
    sizeBytes: 21_000_000 + 900_000 * Number(version),
    ...(version in RELEASED ? { createdAt: new Date(RELEASED[version as keyof typeof RELEASED]) } : {}),
  };
}

/** What `docker run` would send to the engine for the sample appliance. */
export function acmeContainer(wanted: { image: string; volume: string; containerPort: number; hostPort: number }) {
  return {
    Image: wanted.image,
    Env: ['ACME_SITE=base camp'],
    Labels: { site: 'base-camp' },
    HostConfig: {
      Binds: [`${wanted.volume}:/var/lib/acme`],
      PortBindings: { [`${wanted.containerPort}/tcp`]: [{ HostIp: '127.0.0.1', HostPort: String(wanted.hostPort) }] },
      RestartPolicy: { Name: 'unless-stopped' },
    },
  };
}

/**
 * Four versions of the sample appliance in the lab's registry, and version 1.0 running as `acme` with a volume
 * and a few notes, as plain `docker run` would have made it. Does nothing to an `acme` that is there.
 */
export async function seedDemo(lab: Lab): Promise<Demo> {
  const repository = `127.0.0.1:${lab.registryPort}/${REPOSITORY}`;
  const existing = await call(lab, 'GET', `/containers/${CONTAINER}/json`);
  if (existing.status === 200) return { repository, container: CONTAINER, url: urlOf(existing.body as Inspected) };
  const containerPort = await firstFreePort('127.77.255.254', 8080);
  for (const version of ACME_VERSIONS) {
    lab.addImage(acmeImage(version, containerPort), version === '1.0' ? 'both' : 'registry');
  }
  const hostPort = await claimHostPort();
  const ports = { containerPort, hostPort };
  const container = acmeContainer({ image: `${repository}:1.0`, volume: 'acme-data', ...ports });
  await must(lab, 'POST', `/containers/create?name=${CONTAINER}`, container);
  await must(lab, 'POST', `/containers/${CONTAINER}/start`);
  const url = `http://127.0.0.1:${hostPort}`;
  await untilReady(lab, url);
  for (const text of ACME_NOTES) await fetch(`${url}/notes`, { method: 'POST', body: text });
  return { repository, container: CONTAINER, url };
}

interface Inspected {
  HostConfig: { PortBindings: Record<string, { HostPort: string }[]> };
}

function urlOf({ HostConfig }: Inspected): string {
  const [bindings] = Object.values(HostConfig.PortBindings);
  return `http://127.0.0.1:${bindings?.[0]?.HostPort}`;
}

async function untilReady(lab: Lab, url: string): Promise<void> {
  const endMs = performance.now() + READY_WITHIN_MS;
  while (performance.now() < endMs) {
    const response = await fetch(`${url}/health`).catch(() => null);
    if (response?.ok) return;
    await sleep(50);
  }
  const { body } = await call(lab, 'GET', `/containers/${CONTAINER}/logs?stdout=1&stderr=1&tail=5`);
  throw new Error(`the sample appliance does not answer on ${url}: ${String(body)}`);
}

/**
 * A port of 127.0.0.1 for the sample appliance to be published on. Held for as long as this process lives, by
 * listening at a place of its own: during an upgrade nobody listens on the port itself.
 */
export async function claimHostPort(): Promise<number> {
  for (let first = FIRST_HOST_PORT; ; first++) {
    const port = await firstFreePort('127.0.0.1', first);
    const claim = process.platform === 'linux' ? await tryListen('127.77.255.253', port) : null;
    claim?.unref();
    if (claim || process.platform !== 'linux') return port;
    first = port;
  }
}

/** From `first` on. Somebody's server on every address of the machine holds a port of every container, too. */
async function firstFreePort(address: string, first: number): Promise<number> {
  const host = process.platform === 'linux' ? address : '127.0.0.1';
  for (let port = first; ; port++) {
    const server = await tryListen(host, port);
    if (!server) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
}

/** Null where the port is taken. */
async function tryListen(host: string, port: number): Promise<Server | null> {
  const server = createServer();
  try {
    await listenOn(server, { host, port });
    return server;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    return null;
  }
}

/** One call of the lab's own API. The body is parsed where it is JSON. */
function call(lab: Lab, method: string, path: string, body?: object): Promise<{ status: number; body: unknown }> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' };
    const outgoing = request({ socketPath: lab.socketPath, method, path, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const isJson = response.headers['content-type'] === 'application/json';
        resolve({ status: response.statusCode ?? 0, body: isJson ? JSON.parse(text) : text });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

async function must(lab: Lab, method: string, path: string, body?: object): Promise<void> {
  const answer = await call(lab, method, path, body);
  if (answer.status >= 400) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`);
}

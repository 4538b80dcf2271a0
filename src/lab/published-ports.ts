import { connect, createServer, type Server, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Ground } from './ground.ts';
import { asObject, asText, type JsonObject } from './json.ts';
import { LabError } from './lab-error.ts';
import type { PortMap, RunConfig } from './records.ts';

interface Wanted {
  /** `8080/tcp` */
  port: string;
  hostIp: string;
  hostPort: number;
}

/** Published ports of one running container. */
export interface Publication {
  ports: PortMap;
  close(): void;
}

function wantedPorts(config: RunConfig, hostConfig: JsonObject): Wanted[] {
  const wanted: Wanted[] = [];
  const bindings = Object.entries(asObject(hostConfig['PortBindings']));
  for (const [port, list] of bindings) {
    for (const binding of Array.isArray(list) ? list.map(asObject) : []) {
      const hostPort = Number(asText(binding['HostPort']).split('-')[0] || 0);
      wanted.push({ port, hostIp: asText(binding['HostIp']) || '0.0.0.0', hostPort });
    }
  }
  if (hostConfig['PublishAllPorts'] === true) {
    for (const port of Object.keys(config.ExposedPorts ?? {})) {
      if (!wanted.some((other) => other.port === port)) wanted.push({ port, hostIp: '0.0.0.0', hostPort: 0 });
    }
  }
  return wanted;
}

/**
 * Where to listen for a host address. Never on the wildcard: it would keep the containers from listening on
 * the same port of their own addresses.
 */
function listenAddresses(hostIp: string): string[] {
  if (hostIp !== '0.0.0.0') return [hostIp];
  const interfaces = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const outer = interfaces.filter(({ family, internal }) => family === 'IPv4' && !internal);
  return ['127.0.0.1', ...outer.map(({ address }) => address)];
}

/** Published ports of all containers of one lab: TCP proxies from the host's addresses to the container's. */
export class PublishedPorts {
  /** `address:port` that this lab's containers hold. */
  readonly #held = new Set<string>();
  readonly #listen: Ground['listen'];

  constructor({ listen }: Ground) {
    this.#listen = listen;
  }

  /** Publishes all ports or none. The engine's own two sentences where a port is taken. */
  async publish(
    container: { config: RunConfig; hostConfig: JsonObject },
    target: { address: string; ports: Record<string, number> },
  ): Promise<Publication> {
    const ports: PortMap = {};
    for (const port of Object.keys(container.config.ExposedPorts ?? {})) ports[port] = null;
    const proxies: PortProxy[] = [];
    const close = () => {
      for (const proxy of proxies.splice(0)) proxy.close();
    };
    try {
      for (const wanted of wantedPorts(container.config, container.hostConfig)) {
        const hostPort = await this.#open(wanted, target, proxies);
        const binding = { HostIp: wanted.hostIp, HostPort: String(hostPort) };
        ports[wanted.port] = [...(ports[wanted.port] ?? []), binding];
      }
    } catch (error) {
      close();
      throw error;
    }
    return { ports, close };
  }

  /** UDP ports are shown as published, and lead nowhere: no appliance of the lab listens on UDP. */
  async #open(
    { port, hostIp, hostPort }: Wanted,
    target: { address: string; ports: Record<string, number> },
    proxies: PortProxy[],
  ): Promise<number> {
    const [number = '', protocol] = port.split('/');
    if (protocol === 'udp') return hostPort;
    let chosen = hostPort;
    for (const address of listenAddresses(hostIp)) {
      if (this.#held.has(`${address}:${chosen}`)) {
        throw new LabError(500, `Bind for ${hostIp}:${chosen} failed: port is already allocated`);
      }
      const proxy = new PortProxy(target.address, target.ports[number] ?? Number(number), () =>
        this.#held.delete(proxy.key),
      );
      try {
        chosen = await proxy.listen(this.#listen, address, chosen);
      } catch (error) {
        const taken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
        const reason = taken ? 'bind: address already in use' : (error as Error).message;
        throw new LabError(500, `Error starting userland proxy: listen tcp4 ${hostIp}:${chosen}: ${reason}`);
      }
      this.#held.add(proxy.key);
      proxies.push(proxy);
    }
    return chosen;
  }
}

class PortProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #onClose: () => void;
  key = '';

  constructor(address: string, port: number, onClose: () => void) {
    this.#onClose = onClose;
    this.#server = createServer((incoming) => {
      const outgoing = connect({ host: address, port });
      for (const [one, other] of [
        [incoming, outgoing],
        [outgoing, incoming],
      ] as const) {
        this.#sockets.add(one);
        one.on('error', () => other.destroy());
        one.on('close', () => {
          this.#sockets.delete(one);
          other.destroy();
        });
        one.pipe(other);
      }
    });
  }

  async listen(listen: Ground['listen'], host: string, port: number): Promise<number> {
    await listen(this.#server, { host, port });
    const address = this.#server.address();
    const chosen = typeof address === 'object' && address ? address.port : port;
    this.key = `${host}:${chosen}`;
    return chosen;
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    this.#onClose();
  }
}

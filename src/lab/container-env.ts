import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Ground } from './ground.ts';
import type { ContainerRecord } from './records.ts';

/** Programs that every container finds in its path, each one a script of Node. */
const PROGRAMS: Record<string, string> = {
  node: '#!/bin/sh\nexec "$BELAY_LAB_NODE" "$@"\n',
  acme: '#!/bin/sh\nexec "$BELAY_LAB_NODE" "$BELAY_LAB_APPLIANCE" "$@"\n',
};

/** The sample appliance beside this file: its source, or in a bundle its own file. */
function appliancePath(): string {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return fileURLToPath(new URL(`./sample-appliance.${extension}`, import.meta.url));
}

export function installPrograms(root: string): void {
  const directory = join(root, 'bin');
  mkdirSync(directory, { recursive: true });
  for (const [name, script] of Object.entries(PROGRAMS)) {
    writeFileSync(join(directory, name), script);
    chmodSync(join(directory, name), 0o755);
  }
}

/** What the lab decides anew at each start of a container. */
export interface Placement {
  /** The container's root: a directory with a link for each mount. */
  directory: string;
  /** Host path by target. */
  mounts: Record<string, string>;
  address: string;
  /** Gives the address back, where it was the container's own. */
  releaseAddress: () => void;
  /** Where the container has to listen, by its own port, where it is not that port. */
  ports: Record<string, number>;
}

/**
 * The environment of a container's processes: its own, and what stands in for a mount namespace
 * (`BELAY_LAB_MOUNTS`, `BELAY_LAB_ROOT`) and a network namespace (`BELAY_LAB_ADDRESS`, `BELAY_LAB_PORTS`).
 */
export function environmentOf(record: ContainerRecord, placement: Placement, root: string): Record<string, string> {
  const own: Record<string, string> = {};
  for (const entry of record.config.Env) {
    const equals = entry.indexOf('=');
    if (equals > 0) own[entry.slice(0, equals)] = entry.slice(equals + 1);
  }
  return {
    HOME: placement.directory,
    HOSTNAME: record.config.Hostname,
    ...own,
    PATH: `${join(root, 'bin')}:${own['PATH'] ?? '/usr/bin:/bin'}`,
    BELAY_LAB_NODE: process.execPath,
    BELAY_LAB_APPLIANCE: appliancePath(),
    BELAY_LAB_ROOT: placement.directory,
    BELAY_LAB_MOUNTS: JSON.stringify(placement.mounts),
    BELAY_LAB_ADDRESS: placement.address,
    BELAY_LAB_PORTS: JSON.stringify(placement.ports),
  };
}

/** Free ports to listen on in place of the container's own, where containers have no address of their own. */
export async function substitutePorts(
  record: ContainerRecord,
  listen: Ground['listen'],
): Promise<Record<string, number>> {
  const ports: Record<string, number> = {};
  if (process.platform === 'linux') return ports;
  for (const exposed of Object.keys(record.config.ExposedPorts ?? {})) {
    const server = createServer();
    await listen(server, { host: '127.0.0.1', port: 0 });
    const address = server.address();
    if (typeof address === 'object' && address) ports[exposed.split('/')[0] ?? ''] = address.port;
    await new Promise((resolve) => server.close(resolve));
  }
  return ports;
}

import { join } from 'node:path';
import { Addresses } from './addresses.ts';
import { Containers } from './containers.ts';
import { Events } from './events.ts';
import { newId } from './identity.ts';
import { Images } from './images.ts';
import { Networks } from './networks.ts';
import { PublishedPorts } from './published-ports.ts';
import type { Registry } from './registry.ts';
import { readState, writeState } from './state-file.ts';
import { Supervisor } from './supervisor.ts';
import { Volumes } from './volumes.ts';

/** The parts of one lab, as the API's routes use them. */
export interface Engine {
  id: string;
  root: string;
  events: Events;
  images: Images;
  volumes: Volumes;
  networks: Networks;
  containers: Containers;
  supervisor: Supervisor;
  addresses: Addresses;
  registry: Registry;
  pullLineMs: number;
}

/** Reads the state that is under `root`, and begins a new one where there is none. */
export function openEngine(root: string, registry: Registry, pullLineMs: number): Engine {
  const identity = readState(join(root, 'engine.json'), { id: newId() });
  writeState(join(root, 'engine.json'), identity);
  const events = new Events();
  const images = new Images(root, events);
  const volumes = new Volumes(root, events);
  const networks = new Networks(root, events);
  const containers = new Containers(root, images, volumes, events);
  const addresses = new Addresses();
  const publishedPorts = new PublishedPorts();
  const supervisor = new Supervisor({ root, containers, volumes, networks, addresses, publishedPorts });
  const stores = { events, images, volumes, networks, containers };
  return { id: identity.id, root, ...stores, supervisor, addresses, registry, pullLineMs };
}

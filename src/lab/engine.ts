import { join } from 'node:path';
import { Addresses } from './addresses.ts';
import { Containers } from './containers.ts';
import { Events } from './events.ts';
import type { Ground } from './ground.ts';
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
export function openEngine(ground: Ground, root: string, registry: Registry, pullLineMs: number): Engine {
  const { disk } = ground;
  const identity = readState(disk, join(root, 'engine.json'), { id: newId() });
  writeState(disk, join(root, 'engine.json'), identity);
  const events = new Events();
  const images = new Images(disk, root, events);
  const volumes = new Volumes(disk, root, events);
  const networks = new Networks(disk, root, events);
  const containers = new Containers(disk, root, images, volumes, events);
  const addresses = new Addresses(ground);
  const publishedPorts = new PublishedPorts(ground);
  const supervisor = new Supervisor({ ground, root, containers, volumes, networks, addresses, publishedPorts });
  const stores = { events, images, volumes, networks, containers };
  return { id: identity.id, root, ...stores, supervisor, addresses, registry, pullLineMs };
}

import { join } from 'node:path';
import type { Disk } from './disk.ts';
import type { Events } from './events.ts';
import { newId } from './identity.ts';
import { asObject, asText, type JsonObject } from './json.ts';
import { LabError } from './lab-error.ts';
import { readState, writeState } from './state-file.ts';

export interface NetworkRecord {
  name: string;
  id: string;
  createdAt: string;
  driver: string;
  internal: boolean;
  attachable: boolean;
  ipam: JsonObject;
  options: JsonObject;
  labels: Record<string, string>;
}

const PREDEFINED = { bridge: 'bridge', host: 'host', none: 'null' };

/** Networks are recorded and nothing more: every container is reached at its own loopback address. */
export class Networks {
  readonly #disk: Disk;
  readonly #path: string;
  readonly #events: Events;
  readonly #records: NetworkRecord[];

  constructor(disk: Disk, root: string, events: Events) {
    this.#disk = disk;
    this.#path = join(root, 'networks.json');
    this.#events = events;
    this.#records = readState<NetworkRecord[]>(disk, this.#path, []);
    if (this.#records.length > 0) {
      // An engine makes its own bridge anew each time it comes up.
      this.find('bridge').createdAt = new Date().toISOString();
      return;
    }
    for (const [name, driver] of Object.entries(PREDEFINED))
      this.#records.push(newRecord({ Name: name, Driver: driver }));
    writeState(this.#disk, this.#path, this.#records);
  }

  /** By name, id or the beginning of an id. `default` is the bridge. */
  find(reference: string): NetworkRecord {
    const wanted = reference === 'default' ? 'bridge' : reference;
    const found =
      this.#records.find(({ name, id }) => name === wanted || id === wanted) ??
      this.#records.find(({ id }) => wanted !== '' && id.startsWith(wanted));
    if (!found) throw new LabError(404, `network ${reference} not found`);
    return found;
  }

  list(): readonly NetworkRecord[] {
    return this.#records;
  }

  create(settings: JsonObject): NetworkRecord {
    const record = newRecord(settings);
    if (this.#records.some(({ name }) => name === record.name)) {
      throw new LabError(409, `network with name ${record.name} already exists`);
    }
    this.#records.push(record);
    writeState(this.#disk, this.#path, this.#records);
    this.#events.emit('network', 'create', record.id, { name: record.name, type: record.driver });
    return record;
  }

  /** 403 for a network of the engine's own, and while running containers are on it. */
  remove(reference: string, isInUse: (name: string) => boolean): void {
    const record = this.find(reference);
    if (record.name in PREDEFINED) {
      throw new LabError(403, `${record.name} is a pre-defined network and cannot be removed`);
    }
    if (isInUse(record.name)) {
      const sentence = `network ${record.name} id ${record.id} has active endpoints`;
      throw new LabError(403, `error while removing network: ${sentence}`);
    }
    this.#records.splice(this.#records.indexOf(record), 1);
    writeState(this.#disk, this.#path, this.#records);
    this.#events.emit('network', 'destroy', record.id, { name: record.name, type: record.driver });
  }
}

function newRecord(settings: JsonObject): NetworkRecord {
  const name = asText(settings['Name']);
  if (name === '') throw new LabError(400, 'network name cannot be empty');
  const ipam = asObject(settings['IPAM']);
  return {
    name,
    id: newId(),
    createdAt: new Date().toISOString(),
    driver: asText(settings['Driver']) || 'bridge',
    internal: settings['Internal'] === true,
    attachable: settings['Attachable'] === true,
    ipam: { Driver: 'default', Options: null, Config: [], ...ipam },
    options: asObject(settings['Options']),
    labels: asObject(settings['Labels']) as Record<string, string>,
  };
}

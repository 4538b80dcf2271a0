import { join } from 'node:path';
import type { Disk } from './disk.ts';
import type { Events } from './events.ts';
import { newId } from './identity.ts';
import { LabError } from './lab-error.ts';
import { readState, writeState } from './state-file.ts';

interface VolumeRecord {
  name: string;
  createdAt: string;
  labels: Record<string, string> | null;
  options: Record<string, string> | null;
}

const VALID_NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/;

/** Volumes as real directories: `ROOT/volumes/NAME/_data`, each with a record beside its data. */
export class Volumes {
  readonly #disk: Disk;
  readonly #root: string;
  readonly #events: Events;
  readonly #records = new Map<string, VolumeRecord>();

  constructor(disk: Disk, root: string, events: Events) {
    this.#disk = disk;
    this.#root = join(root, 'volumes');
    this.#events = events;
    disk.makeDirectory(this.#root);
    for (const name of disk.list(this.#root)) {
      const record = readState<VolumeRecord | null>(disk, this.#recordPath(name), null);
      if (record) this.#records.set(name, record);
    }
  }

  path(name: string): string {
    return join(this.#root, name, '_data');
  }

  has(name: string): boolean {
    return this.#records.has(name);
  }

  /**
   * The volume of that name, made where it is missing, as the engine makes it for a mount. Its directory is
   * made again, empty, where somebody has removed it: that, too, is what the engine does at a start.
   */
  ensure(name: string, labels: VolumeRecord['labels'] = null, options: VolumeRecord['options'] = null): string {
    if (!VALID_NAME.test(name)) {
      throw new LabError(
        400,
        `create ${name}: "${name}" includes invalid characters for a local volume name, only "[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed. If you intended to pass a host directory, use absolute path`,
      );
    }
    this.#disk.makeDirectory(this.path(name));
    if (!this.#records.has(name)) {
      const record: VolumeRecord = { name, createdAt: new Date().toISOString(), labels, options };
      writeState(this.#disk, this.#recordPath(name), record);
      this.#records.set(name, record);
      this.#events.emit('volume', 'create', name, { driver: 'local' });
    }
    return this.path(name);
  }

  ensureAnonymous(): string {
    const name = newId();
    this.ensure(name);
    return name;
  }

  inspect(name: string) {
    const record = this.#records.get(name);
    if (!record) throw new LabError(404, `get ${name}: no such volume`);
    return {
      CreatedAt: record.createdAt,
      Driver: 'local',
      Labels: record.labels,
      Mountpoint: this.path(name),
      Name: name,
      Options: record.options,
      Scope: 'local',
    };
  }

  list() {
    return [...this.#records.keys()].map((name) => this.inspect(name));
  }

  remove(name: string): void {
    this.inspect(name);
    this.#disk.remove(join(this.#root, name));
    this.#records.delete(name);
    this.#events.emit('volume', 'destroy', name, { driver: 'local' });
  }

  #recordPath(name: string): string {
    return join(this.#root, name, 'volume.json');
  }
}

import { join } from 'node:path';
import type { Disk } from './disk.ts';
import type { Events } from './events.ts';
import { completeHostConfig } from './host-config.ts';
import { LAB_NAME, newId, newName } from './identity.ts';
import type { Images } from './images.ts';
import { asObject, asText, type JsonObject } from './json.ts';
import { LabError } from './lab-error.ts';
import { mergeConfig } from './merge-config.ts';
import { resolveMounts } from './mounts.ts';
import { type ContainerRecord, NEVER } from './records.ts';
import { readState, writeState } from './state-file.ts';
import type { Volumes } from './volumes.ts';

const VALID_NAME = /^\/?[a-zA-Z0-9][a-zA-Z0-9_.-]+$/;

/** The containers' records, each in `ROOT/containers/ID/config.json`. */
export class Containers {
  readonly #disk: Disk;
  readonly #root: string;
  readonly #images: Images;
  readonly #volumes: Volumes;
  readonly #events: Events;
  /** Oldest first. */
  readonly #records = new Map<string, ContainerRecord>();

  constructor(disk: Disk, root: string, images: Images, volumes: Volumes, events: Events) {
    this.#disk = disk;
    this.#root = join(root, 'containers');
    this.#images = images;
    this.#volumes = volumes;
    this.#events = events;
    disk.makeDirectory(this.#root);
    const records = disk
      .list(this.#root)
      .flatMap((id) => readState<ContainerRecord | null>(disk, join(this.directory(id), 'config.json'), null) ?? []);
    for (const record of records.sort((a, b) => a.createdAt.localeCompare(b.createdAt))) {
      this.#records.set(record.id, record);
    }
  }

  directory(id: string): string {
    return join(this.#root, id);
  }

  logPath(id: string): string {
    return join(this.directory(id), `${id}-json.log`);
  }

  /** Newest first. */
  list(): ContainerRecord[] {
    return [...this.#records.values()].reverse();
  }

  /** By id, name or the beginning of an id. 404 where there is none. */
  find(reference: string): ContainerRecord {
    const name = reference.replace(/^\//, '');
    const found =
      this.#records.get(reference) ??
      this.#called(name) ??
      (reference === '' ? undefined : this.#records.values().find(({ id }) => id.startsWith(reference)));
    if (!found) throw new LabError(404, `No such container: ${reference}`);
    return found;
  }

  exists(record: ContainerRecord): boolean {
    return this.#records.has(record.id);
  }

  /** Makes a container from the body of a create call. */
  create(wantedName: string | null, settings: JsonObject): ContainerRecord {
    const name = wantedName ? this.#checkName(wantedName) : newName();
    const reference = asText(settings['Image']);
    const image = this.#images.get(reference);
    const id = newId();
    const { HostConfig: _, NetworkingConfig: networking, ...userConfig } = settings;
    const hostConfig = completeHostConfig(asObject(settings['HostConfig']));
    const hostname = hostConfig['NetworkMode'] === 'host' ? LAB_NAME : id.slice(0, 12);
    const config = mergeConfig(userConfig, image.record.config, hostname);
    const command = [...(config.Entrypoint ?? []), ...(config.Cmd ?? [])];
    const record: ContainerRecord = {
      id,
      name,
      createdAt: new Date().toISOString(),
      imageId: image.record.id,
      image: reference,
      path: command[0] ?? '',
      args: command.slice(1),
      config,
      hostConfig,
      mounts: resolveMounts(config, hostConfig, { disk: this.#disk, volumes: this.#volumes }, (from) =>
        this.find(from),
      ),
      networks: initialNetworks(asText(hostConfig['NetworkMode']), asObject(networking)),
      state: newState(),
      restartCount: 0,
      processStamp: null,
      hasBeenStarted: false,
      stoppedByUser: false,
      address: '',
      ports: {},
    };
    this.#disk.makeDirectory(this.directory(id));
    this.#records.set(id, record);
    this.save(record);
    this.emit(record, 'create');
    return record;
  }

  /** 409 where another container has the name. */
  rename(record: ContainerRecord, wantedName: string): void {
    if (wantedName === '') throw new LabError(400, 'Neither old nor new names may be empty');
    if (wantedName.replace(/^\//, '') === record.name) {
      throw new LabError(400, 'Renaming a container with the same name as its current name');
    }
    const oldName = record.name;
    try {
      record.name = this.#checkName(wantedName);
    } catch (error) {
      if (!(error instanceof LabError)) throw error;
      throw new LabError(error.status, `Error when allocating new name: ${error.message}`);
    }
    this.save(record);
    this.emit(record, 'rename', { oldName: `/${oldName}` });
  }

  save(record: ContainerRecord): void {
    if (this.exists(record)) writeState(this.#disk, join(this.directory(record.id), 'config.json'), record);
  }

  /** Forgets a container that is not running; with its anonymous volumes where asked. */
  remove(record: ContainerRecord, withVolumes: boolean): void {
    this.#records.delete(record.id);
    this.#disk.remove(this.directory(record.id));
    for (const mount of record.mounts) {
      const name = mount.Name ?? '';
      if (withVolumes && mount.anonymous && this.#volumes.has(name) && this.usersOf(name).length === 0) {
        this.#volumes.remove(name);
      }
    }
    this.emit(record, 'destroy');
  }

  /** Ids of the containers that mount the volume. */
  usersOf(volume: string): string[] {
    return this.list().flatMap(({ id, mounts }) => (mounts.some(({ Name }) => Name === volume) ? [id] : []));
  }

  emit(record: ContainerRecord, action: string, attributes: Record<string, string> = {}): void {
    const { id, name, image, config } = record;
    this.#events.emit('container', action, id, { ...config.Labels, image, name, ...attributes });
  }

  #called(name: string): ContainerRecord | undefined {
    return this.#records.values().find((record) => record.name === name);
  }

  #checkName(wanted: string): string {
    if (!VALID_NAME.test(wanted)) {
      throw new LabError(400, `Invalid container name (${wanted}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed`);
    }
    const name = wanted.replace(/^\//, '');
    const holder = this.#called(name);
    if (!holder) return name;
    throw new LabError(
      409,
      `Conflict. The container name "/${name}" is already in use by container "${holder.id}". You have to remove (or rename) that container to be able to reuse that name.`,
    );
  }
}

function initialNetworks(mode: string, networking: JsonObject): Record<string, JsonObject> {
  const endpoints = asObject(networking['EndpointsConfig']);
  const given = Object.entries(endpoints).map(([name, settings]) => [name, asObject(settings)] as const);
  if (mode.startsWith('container:')) return {};
  const own = mode === 'default' || mode === '' ? 'bridge' : mode;
  return { [own]: {}, ...Object.fromEntries(given) };
}

function newState(): ContainerRecord['state'] {
  return {
    Status: 'created',
    Running: false,
    Paused: false,
    Restarting: false,
    OOMKilled: false,
    Dead: false,
    Pid: 0,
    ExitCode: 0,
    Error: '',
    StartedAt: NEVER,
    FinishedAt: NEVER,
  };
}

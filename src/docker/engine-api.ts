import type { JsonObject } from '../domain/json.ts';
import type { VolumeDriver } from '../domain/ports/container-host.ts';
import type { EngineCall, EngineConnection } from './engine-connection.ts';
import { statusOf } from './engine-errors.ts';
import type { ContainerAnswer, ImageAnswer, VolumeAnswer } from './inspect-answers.ts';

const LOG_LIMIT_BYTES = 4 * 1024 * 1024;

type Signal = AbortSignal | undefined;

/** The engine's API calls as they are: one method each, with the deadline that suits it, and no decisions. */
export class EngineApi {
  readonly connection: EngineConnection;

  constructor(connection: EngineConnection) {
    this.connection = connection;
  }

  info(signal?: Signal) {
    return this.#read<{ DockerRootDir?: string; Name?: string }>({ path: '/info', signal });
  }

  version(signal?: Signal) {
    type Answer = {
      Version?: string;
      Os?: string;
      Arch?: string;
      Components?: { Name: string; Version: string }[] | null;
    };
    return this.#read<Answer>({ path: '/version', signal });
  }

  images(signal?: Signal) {
    return this.#read<ImageAnswer[]>({ path: '/images/json', signal });
  }

  image(reference: string, signal?: Signal) {
    return this.#found<ImageAnswer>({ path: `/images/${reference}/json`, signal });
  }

  distribution(reference: string, registryAuth: JsonObject | null, signal?: Signal) {
    type Answer = { Descriptor?: { digest?: string } };
    return this.#read<Answer>({ path: `/distribution/${reference}/json`, registryAuth, signal });
  }

  /** The pull's progress as NDJSON; a failure may also be one of its lines. */
  pull(repository: string, digest: string, registryAuth: JsonObject | null, signal: AbortSignal) {
    const query = { fromImage: repository, tag: digest };
    return this.connection.chunks({ method: 'POST', path: '/images/create', query, registryAuth, signal });
  }

  /** The push's progress as NDJSON, as that of a pull. The engine wants credentials, be they empty. */
  push(repository: string, tag: string, registryAuth: JsonObject | null, signal: AbortSignal) {
    const path = `/images/${repository}/push`;
    return this.connection.chunks({ method: 'POST', path, query: { tag }, registryAuth: registryAuth ?? {}, signal });
  }

  /** Loads images from a tar stream; its answer, as NDJSON, comes when the engine has unpacked them. */
  loadImages(stream: AsyncIterable<Buffer>, deadlineMs: number, signal: AbortSignal) {
    return this.connection.chunks({
      method: 'POST',
      path: '/images/load',
      query: { quiet: true },
      stream,
      deadlineMs,
      signal,
    });
  }

  tagImage(name: string, repository: string, tag: string, signal?: Signal) {
    return this.#act({ path: `/images/${name}/tag`, query: { repo: repository, tag }, signal });
  }

  containers(signal?: Signal) {
    type Answer = {
      Id: string;
      Names?: string[] | null;
      Image: string;
      State: string;
      Status: string;
      Labels?: Record<string, string> | null;
      Mounts?: { Type: string; Name?: string; Source?: string }[] | null;
      HostConfig?: { NetworkMode?: string };
    };
    return this.#read<Answer[]>({ path: '/containers/json', query: { all: true }, signal });
  }

  container(idOrName: string, signal?: Signal) {
    return this.#found<ContainerAnswer>({ path: `/containers/${encodeURIComponent(idOrName)}/json`, signal });
  }

  createContainer(name: string, body: JsonObject, signal?: Signal) {
    const call = { path: '/containers/create', query: { name }, body, deadlineMs: 120_000, signal };
    return this.#act(call) as Promise<{ Id: string }>;
  }

  startContainer(id: string, signal?: Signal) {
    return this.#act({ path: `/containers/${id}/start`, deadlineMs: 120_000, signal });
  }

  /** Answers when the container has stopped, so its deadline begins after the stop timeout. */
  stopContainer(id: string, stopTimeoutMs: number, signal?: Signal) {
    return this.#act({ path: `/containers/${id}/stop`, deadlineMs: stopTimeoutMs + 30_000, signal });
  }

  restartContainer(id: string, stopTimeoutMs: number, signal?: Signal) {
    return this.#act({ path: `/containers/${id}/restart`, deadlineMs: stopTimeoutMs + 150_000, signal });
  }

  unpauseContainer(id: string, signal?: Signal) {
    return this.#act({ path: `/containers/${id}/unpause`, signal });
  }

  /** Its anonymous volumes stay. */
  async removeContainer(id: string, signal?: Signal): Promise<void> {
    const query = { force: true, v: false };
    await this.connection.json({ method: 'DELETE', path: `/containers/${id}`, query, deadlineMs: 120_000, signal });
  }

  renameContainer(id: string, name: string, signal?: Signal) {
    return this.#act({ path: `/containers/${id}/rename`, query: { name }, signal });
  }

  updateContainer(id: string, body: JsonObject, signal?: Signal) {
    return this.#act({ path: `/containers/${id}/update`, body, signal });
  }

  /** At most 4 MiB, multiplexed unless the container has a terminal. */
  containerLog(id: string, lines: number, signal?: Signal) {
    const query = { stdout: true, stderr: true, tail: lines };
    return this.connection.bytes({ method: 'GET', path: `/containers/${id}/logs`, query, signal }, LOG_LIMIT_BYTES);
  }

  /** Each line with its time; with `follow` also those that come, until the signal aborts. */
  logStream(id: string, { lines, follow }: { lines: number; follow: boolean }, signal?: Signal) {
    const query = { stdout: true, stderr: true, timestamps: true, tail: lines, follow };
    return this.connection.chunks({
      method: 'GET',
      path: `/containers/${id}/logs`,
      query,
      ...(signal ? { signal } : {}),
    });
  }

  createExec(id: string, command: string[], environment: Readonly<Record<string, string>>, signal?: Signal) {
    const Env = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
    const body = { Cmd: command, Env, AttachStdout: true, AttachStderr: true };
    return this.#act({ path: `/containers/${id}/exec`, body, signal }) as Promise<{ Id: string }>;
  }

  /** Runs it to its end; its multiplexed output as it comes. */
  startExec(execId: string, deadlineMs: number, signal?: Signal) {
    const body = { Detach: false, Tty: false };
    return this.connection.chunks({ method: 'POST', path: `/exec/${execId}/start`, body, deadlineMs, signal });
  }

  execResult(execId: string, signal?: Signal) {
    type Answer = {
      Running: boolean;
      ExitCode: number | null;
      Pid?: number;
      ProcessConfig?: { entrypoint?: string; arguments?: string[] | null };
    };
    return this.#read<Answer>({ path: `/exec/${execId}/json`, signal });
  }

  network(name: string, signal?: Signal) {
    return this.#found<{ Id: string; Created?: string; Labels?: Record<string, string> | null }>({
      path: `/networks/${encodeURIComponent(name)}`,
      signal,
    });
  }

  createNetwork(body: JsonObject, signal?: Signal) {
    return this.#act({ path: '/networks/create', body: { ...body, CheckDuplicate: true }, signal });
  }

  async removeNetwork(name: string, signal?: Signal): Promise<void> {
    await this.connection.json({ method: 'DELETE', path: `/networks/${encodeURIComponent(name)}`, signal });
  }

  connectNetwork(network: string, id: string, endpoint: JsonObject, signal?: Signal) {
    const body = { Container: id, EndpointConfig: endpoint };
    return this.#act({ path: `/networks/${encodeURIComponent(network)}/connect`, body, signal });
  }

  disconnectNetwork(network: string, id: string, signal?: Signal) {
    return this.#act({ path: `/networks/${encodeURIComponent(network)}/disconnect`, body: { Container: id }, signal });
  }

  volume(name: string, signal?: Signal) {
    return this.#found<VolumeAnswer>({ path: `/volumes/${encodeURIComponent(name)}`, signal });
  }

  createVolume(name: string, labels: Record<string, string>, signal?: Signal, driver?: VolumeDriver) {
    const made = driver ? { Driver: driver.driver, DriverOpts: driver.driverOptions } : {};
    return this.#act({ path: '/volumes/create', body: { Name: name, Labels: labels, ...made }, signal });
  }

  async removeVolume(name: string, signal?: Signal): Promise<void> {
    const path = `/volumes/${encodeURIComponent(name)}`;
    await this.connection.json({ method: 'DELETE', path, deadlineMs: 120_000, signal });
  }

  /** NDJSON, until the signal aborts. */
  events(signal: AbortSignal) {
    const query = { filters: JSON.stringify({ type: ['container', 'volume', 'image'] }) };
    return this.connection.chunks({ method: 'GET', path: '/events', query, signal });
  }

  #act(call: Omit<EngineCall, 'method'>): Promise<unknown> {
    return this.connection.json({ ...call, method: 'POST' });
  }

  #read<Answer>(call: Omit<EngineCall, 'method'>): Promise<Answer> {
    return this.connection.json({ ...call, method: 'GET' }) as Promise<Answer>;
  }

  async #found<Answer>(call: Omit<EngineCall, 'method'>): Promise<Answer | null> {
    try {
      return await this.#read<Answer>(call);
    } catch (thrown) {
      if (statusOf(thrown) === 404) return null;
      throw thrown;
    }
  }
}

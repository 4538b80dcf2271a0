import type { NetworkDraft } from '../domain/appliance-draft.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Limits } from '../domain/limits.ts';
import type { ContainerHost, HostEvent, PullProgress, VolumeDriver } from '../domain/ports/container-host.ts';
import type { PinnedImage, RestartPolicy, ServiceSpec } from '../domain/service-spec.ts';
import { readLog } from './container-log.ts';
import { endCommands } from './end-commands.ts';
import { connectMissing, disconnectAll, endpointsOf } from './endpoints.ts';
import { EngineApi } from './engine-api.ts';
import { type Dial, EngineConnection } from './engine-connection.ts';
import { hostEvents } from './host-events.ts';
import { describeHost, engineUpSince, flushHost } from './host-info.ts';
import { findImage, localTags, resolveDigest } from './images.ts';
import { answers, exec, logTail } from './inside.ts';
import * as instances from './instances.ts';
import { loadImages } from './load.ts';
import { createNetwork, networkLabels, removeNetwork } from './networks.ts';
import { pullImage } from './pull.ts';
import { pushImage } from './push.ts';
import { readSpec } from './read-spec.ts';
import { createVolume, findVolume, removeVolume } from './volumes.ts';

const STALL_TIMEOUT_MS = 60_000;

export interface DockerHostOptions {
  /** Of the engine; wins over DOCKER_HOST. */
  socketPath?: string;
  /** In place of a socket, for an engine in this process. */
  dial?: Dial;
  /** How long a pull may stand still before it is given up. */
  stallTimeoutMs?: number;
}

/** A Docker Engine. What its methods promise is said at the port; how, in the module of each concern. */
export class DockerHost implements ContainerHost {
  readonly #api: EngineApi;
  readonly #stallTimeoutMs: number;

  constructor(options: DockerHostOptions = {}) {
    this.#api = new EngineApi(new EngineConnection(options.socketPath, options.dial));
    this.#stallTimeoutMs = options.stallTimeoutMs ?? STALL_TIMEOUT_MS;
  }

  describe(signal?: AbortSignal) {
    return describeHost(this.#api, signal);
  }

  upSince(signal?: AbortSignal) {
    return engineUpSince(this.#api, signal);
  }

  flush(signal?: AbortSignal) {
    return flushHost(this.#api, signal);
  }

  resolveDigest(reference: string, signal?: AbortSignal) {
    return resolveDigest(this.#api, reference, signal);
  }

  inspectImage(reference: string, signal?: AbortSignal) {
    return findImage(this.#api, reference, signal);
  }

  localTags(repository: string, signal?: AbortSignal) {
    return localTags(this.#api, repository, signal);
  }

  pullImage(image: PinnedImage, onProgress: (progress: PullProgress) => void, signal?: AbortSignal) {
    return pullImage(this.#api, image, { onProgress, stallTimeoutMs: this.#stallTimeoutMs, signal });
  }

  loadImages(stream: AsyncIterable<Buffer>, signal: AbortSignal) {
    return loadImages(this.#api, stream, signal);
  }

  async nameImage(imageId: string, { repository, tag }: { repository: string; tag: string }, signal?: AbortSignal) {
    await this.#api.tagImage(imageId, repository, tag, signal);
  }

  pushImage(
    name: { repository: string; tag: string },
    onProgress: (progress: { doneBytes: number; totalBytes: number }) => void,
    signal: AbortSignal,
  ) {
    return pushImage(this.#api, name, { onProgress, stallTimeoutMs: this.#stallTimeoutMs, signal });
  }

  listContainers(signal?: AbortSignal) {
    return instances.listContainers(this.#api, signal);
  }

  inspectInstance(idOrName: string, signal?: AbortSignal) {
    return instances.findInstance(this.#api, idOrName, signal);
  }

  readSpec(idOrName: string, signal?: AbortSignal, known?: PinnedImage) {
    return readSpec(this.#api, idOrName, signal, known);
  }

  createInstance(spec: ServiceSpec, options: { name: string; labels: Record<string, string> }, signal?: AbortSignal) {
    return instances.createInstance(this.#api, spec, options, signal);
  }

  startInstance(id: string, signal?: AbortSignal) {
    return instances.startInstance(this.#api, id, signal);
  }

  stopInstance(id: string, signal?: AbortSignal) {
    return instances.stopInstance(this.#api, id, signal);
  }

  restartInstance(id: string, signal?: AbortSignal) {
    return instances.restartInstance(this.#api, id, signal);
  }

  removeInstance(id: string, signal?: AbortSignal) {
    return instances.removeInstance(this.#api, id, signal);
  }

  renameInstance(id: string, name: string, signal?: AbortSignal) {
    return instances.renameInstance(this.#api, id, name, signal);
  }

  endpoints(id: string, signal?: AbortSignal) {
    return endpointsOf(this.#api, id, signal);
  }

  disconnectInstance(id: string, signal?: AbortSignal) {
    return disconnectAll(this.#api, id, signal);
  }

  connectInstance(id: string, networks: Record<string, JsonObject>, signal?: AbortSignal) {
    return connectMissing(this.#api, id, networks, signal);
  }

  setRestartPolicy(id: string, policy: RestartPolicy, signal?: AbortSignal) {
    return instances.setRestartPolicy(this.#api, id, policy, signal);
  }

  setLimits(id: string, limits: Limits, signal?: AbortSignal) {
    return instances.setLimits(this.#api, id, limits, signal);
  }

  resumeInstance(id: string, signal?: AbortSignal) {
    return instances.resumeInstance(this.#api, id, signal);
  }

  exec(
    id: string,
    command: string[],
    timeoutMs: number,
    signal?: AbortSignal,
    environment?: Readonly<Record<string, string>>,
  ) {
    return exec(this.#api, id, { command, environment: environment ?? {} }, timeoutMs, signal);
  }

  endCommands(id: string, command: readonly string[], signal?: AbortSignal) {
    return endCommands(this.#api, id, command, signal);
  }

  logTail(id: string, lines: number, signal?: AbortSignal) {
    return logTail(this.#api, id, lines, signal);
  }

  readLog(id: string, options: { lines: number; follow: boolean }, signal?: AbortSignal) {
    return readLog(this.#api, id, options, signal);
  }

  answers(id: string, tcpPort: number, timeoutMs: number) {
    return answers(this.#api, id, tcpPort, timeoutMs);
  }

  createVolume(name: string, labels: Record<string, string>, signal?: AbortSignal, driver?: VolumeDriver) {
    return createVolume(this.#api, name, labels, signal, driver);
  }

  inspectVolume(name: string, signal?: AbortSignal) {
    return findVolume(this.#api, name, signal);
  }

  removeVolume(name: string, signal?: AbortSignal) {
    return removeVolume(this.#api, name, signal);
  }

  createNetwork(network: NetworkDraft, labels: Record<string, string>, signal?: AbortSignal) {
    return createNetwork(this.#api, network, labels, signal);
  }

  networkLabels(name: string, signal?: AbortSignal) {
    return networkLabels(this.#api, name, signal);
  }

  removeNetwork(name: string, signal?: AbortSignal) {
    return removeNetwork(this.#api, name, signal);
  }

  async hasNetwork(name: string, signal?: AbortSignal): Promise<boolean> {
    return (await this.#api.network(name, signal)) !== null;
  }

  async rawInspect(id: string, signal?: AbortSignal): Promise<JsonObject | null> {
    const answer = instances.isContainerName(id) ? await this.#api.container(id, signal) : null;
    return answer as JsonObject | null;
  }

  events(signal: AbortSignal): AsyncIterable<HostEvent> {
    return hostEvents(this.#api, signal);
  }
}

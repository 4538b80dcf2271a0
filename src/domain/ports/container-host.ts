import type { NetworkDraft } from '../appliance-draft.ts';
import type { Platform } from '../image-manifest.ts';
import type { JsonObject } from '../json.ts';
import type { Limits } from '../limits.ts';
import type { PinnedImage, RestartPolicy, ServiceSpec } from '../service-spec.ts';

export interface HostInfo {
  /** `Docker Engine 20.10.24`, or what the engine calls itself. */
  product: string;
  version: string;
  rootDir: string;
  /** Whether the engine's root directory is on this machine, so that its volumes can be cloned. */
  dataReachable: boolean;
  /** What its containers run on. */
  platform: Platform;
}

export interface ImageInfo {
  imageId: string;
  /** `repository@sha256:…`, as the engine knows it. */
  repoDigests: string[];
  repoTags: string[];
  labels: Record<string, string>;
  /** Mount points that the image declares with VOLUME. */
  volumes: string[];
  sizeBytes: number;
  createdAt: Date;
}

/** One line of `show containers` and of TAB after `adopt`. */
export interface ContainerSummary {
  id: string;
  name: string;
  image: string;
  running: boolean;
  status: string;
  labels: Record<string, string>;
  /** Names of the volumes and host paths that it mounts. */
  mountSources: string[];
  /** The container whose network it uses, by id or name; null where it has a network of its own. */
  networkOf: string | null;
  /** Names of the containers that are linked to it. */
  linkedFrom: string[];
}

export type InstanceState = 'created' | 'running' | 'paused' | 'restarting' | 'exited' | 'removing' | 'dead';

export interface Instance {
  id: string;
  name: string;
  state: InstanceState;
  /** The engine's verdict by the container's own health check; `none` where it has no check. */
  health: 'none' | 'starting' | 'healthy' | 'unhealthy';
  /** The health check's command in exec form, or null. */
  healthCommand: string[] | null;
  exitCode: number;
  outOfMemory: boolean;
  startedAt: Date | null;
  finishedAt: Date | null;
  restartCount: number;
  restartPolicy: RestartPolicy;
  limits: Limits;
  imageId: string;
  labels: Record<string, string>;
  /** The engine's own sentence about a failed start, or ''. */
  error: string;
  /** Mounts as they are: what a volume's name or a bind's source resolved to. */
  mounts: { kind: 'volume' | 'bind' | 'other'; source: string; hostPath: string; target: string; readOnly: boolean }[];
  /** TCP ports inside the container that are published or exposed. */
  tcpPorts: number[];
  /** Where this machine sees the container's files as the container does; null while it does not run, or runs elsewhere. */
  rootPath: string | null;
}

export interface VolumeInfo extends VolumeDriver {
  name: string;
  hostPath: string;
  labels: Record<string, string>;
}

export interface VolumeDriver {
  /** `local` is the engine's own. */
  driver: string;
  driverOptions: Record<string, string>;
}

export interface PullProgress {
  doneBytes: number;
  totalBytes: number;
  /** A few words: layers done of all, extracting. */
  detail: string;
}

export interface ExecResult {
  exitCode: number;
  /** Standard output and error together; of more than 64 KiB the first and the last half. */
  output: string;
}

export interface LogLine {
  /** When the engine took it; null where it does not say. */
  at: Date | null;
  text: string;
}

export interface HostEvent {
  type: 'container' | 'volume' | 'image';
  action: string;
  id: string;
  name: string;
}

/**
 * A Docker Engine, or anything that runs containers as one does. Every call has a deadline of its
 * own, is safe to repeat, and treats "already so" as success. A container or volume that is not
 * there reads as null and removes as done. Errors are BelayErrors: `engine-unreachable` when nothing
 * answers, `engine-failed` with the engine's own sentence when it refuses.
 */
export interface ContainerHost {
  describe(signal?: AbortSignal): Promise<HostInfo>;
  /** When the engine last came up; null where it does not say. */
  upSince(signal?: AbortSignal): Promise<Date | null>;

  /** The digest that the registry has for the reference now. `not-found` where there is no such tag. */
  resolveDigest(reference: string, signal?: AbortSignal): Promise<string>;
  /** By reference, `repository@digest` or image id. */
  inspectImage(reference: string, signal?: AbortSignal): Promise<ImageInfo | null>;
  /** Tags of a repository that this host already has. */
  localTags(
    repository: string,
    signal?: AbortSignal,
  ): Promise<{ tag: string; imageId: string; digest: string | null }[]>;
  /**
   * Pulls by digest, from its mirror where it has one, tags the image with its reference, and confirms the digest by
   * inspecting it. Gives up when nothing has moved for a while. An image without a digest must already be here; one
   * that is here by its id is not pulled, because a bundle brings images without a digest of a registry.
   */
  pullImage(image: PinnedImage, onProgress: (progress: PullProgress) => void, signal?: AbortSignal): Promise<ImageInfo>;
  /** Loads images from a stream as `docker save` writes it, in any order. What is here already stays as it is. */
  loadImages(stream: AsyncIterable<Buffer>, signal: AbortSignal): Promise<void>;
  /** Gives an image that is here a name, which moves from the image that had it. */
  nameImage(imageId: string, name: { repository: string; tag: string }, signal?: AbortSignal): Promise<void>;
  /** Sends an image that is here to the registry that its name says. Returns the digest that it has there. */
  pushImage(
    name: { repository: string; tag: string },
    onProgress: (progress: { doneBytes: number; totalBytes: number }) => void,
    signal: AbortSignal,
  ): Promise<string>;
  /** Flushes the file system of the engine's root: a pull is not on disk until then. */
  flush(signal?: AbortSignal): Promise<void>;

  listContainers(signal?: AbortSignal): Promise<ContainerSummary[]>;
  /** By id or name. */
  inspectInstance(idOrName: string, signal?: AbortSignal): Promise<Instance | null>;
  /**
   * What the user set on a container (DESIGN section 4, carrying over), as a specification from which
   * the same container can be made again. `not-found` where it is gone. Where its image is `known`, that is believed: of
   * one that came in a bundle the engine knows no digest, nor a name once its tag has moved.
   */
  readSpec(idOrName: string, signal?: AbortSignal, known?: PinnedImage): Promise<ServiceSpec>;
  /** Creates without starting, with the given name, labels added, restart policy off. Returns the id. */
  createInstance(
    spec: ServiceSpec,
    options: { name: string; labels: Record<string, string> },
    signal?: AbortSignal,
  ): Promise<string>;
  startInstance(id: string, signal?: AbortSignal): Promise<void>;
  /** Sends the stop signal, waits for the container's own stop timeout, then kills. */
  stopInstance(id: string, signal?: AbortSignal): Promise<void>;
  /** Stops and starts it in one call, which the engine carries out whatever becomes of the caller. */
  restartInstance(id: string, signal?: AbortSignal): Promise<void>;
  removeInstance(id: string, signal?: AbortSignal): Promise<void>;
  renameInstance(id: string, name: string, signal?: AbortSignal): Promise<void>;
  /**
   * What was asked for of each network that an instance is in, by the network's name; null where it has that of the host
   * or of another container, out of which it cannot be taken.
   */
  endpoints(id: string, signal?: AbortSignal): Promise<Record<string, JsonObject> | null>;
  /** Takes an instance out of all its networks: started again it is in none. */
  disconnectInstance(id: string, signal?: AbortSignal): Promise<void>;
  /** Connects an instance to those of the networks that it is not in. */
  connectInstance(id: string, networks: Record<string, JsonObject>, signal?: AbortSignal): Promise<void>;
  setRestartPolicy(id: string, policy: RestartPolicy, signal?: AbortSignal): Promise<void>;
  /** Sets the limits that are named; the others stay. */
  setLimits(id: string, limits: Limits, signal?: AbortSignal): Promise<void>;
  /** Lets a paused instance go on. */
  resumeInstance(id: string, signal?: AbortSignal): Promise<void>;
  /** `environment` is added to that of the instance. A command that does not end in time goes on in the instance. */
  exec(
    id: string,
    command: string[],
    timeoutMs: number,
    signal?: AbortSignal,
    environment?: Readonly<Record<string, string>>,
  ): Promise<ExecResult>;
  /** Ends what still runs of a command that `exec` began, as far as this machine can. Nothing to do where none does. */
  endCommands(id: string, command: readonly string[], signal?: AbortSignal): Promise<void>;
  /** The last lines of the instance's log, oldest first. */
  logTail(id: string, lines: number, signal?: AbortSignal): Promise<string[]>;
  /** As `logTail`, each line with its time; with `follow` also those that come, until it ends or the signal aborts. */
  readLog(id: string, options: { lines: number; follow: boolean }, signal?: AbortSignal): AsyncIterable<LogLine>;
  /** Whether something accepts a TCP connection on this port inside the instance. */
  answers(id: string, tcpPort: number, timeoutMs: number): Promise<boolean>;

  /** Creates the volume where it is missing and returns it. */
  createVolume(
    name: string,
    labels: Record<string, string>,
    signal?: AbortSignal,
    driver?: VolumeDriver,
  ): Promise<VolumeInfo>;
  inspectVolume(name: string, signal?: AbortSignal): Promise<VolumeInfo | null>;
  removeVolume(name: string, signal?: AbortSignal): Promise<void>;

  /** Creates the network where it is missing. */
  createNetwork(network: NetworkDraft, labels: Record<string, string>, signal?: AbortSignal): Promise<void>;
  /** Its labels; null where there is no such network. */
  networkLabels(name: string, signal?: AbortSignal): Promise<Record<string, string> | null>;
  removeNetwork(name: string, signal?: AbortSignal): Promise<void>;
  hasNetwork(name: string, signal?: AbortSignal): Promise<boolean>;

  /** The whole inspect answer, for `show` and as evidence. */
  rawInspect(id: string, signal?: AbortSignal): Promise<JsonObject | null>;
  /** Engine events until the signal aborts; ends with an error when the stream is cut. */
  events(signal: AbortSignal): AsyncIterable<HostEvent>;
}

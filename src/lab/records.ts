import type { JsonObject } from './json.ts';

/** A health check in the engine's shape: times in nanoseconds, 0 for the default. */
export interface Healthcheck {
  Test?: string[];
  Interval?: number;
  Timeout?: number;
  StartPeriod?: number;
  Retries?: number;
}

/** What a container runs, in the engine's own field names: an image's defaults, or merged with the user's. */
export interface RunConfig {
  Hostname: string;
  Domainname: string;
  User: string;
  AttachStdin: boolean;
  AttachStdout: boolean;
  AttachStderr: boolean;
  ExposedPorts?: Record<string, object>;
  Tty: boolean;
  OpenStdin: boolean;
  StdinOnce: boolean;
  Env: string[];
  Cmd: string[] | null;
  Healthcheck?: Healthcheck;
  Image: string;
  Volumes: Record<string, object> | null;
  WorkingDir: string;
  Entrypoint: string[] | null;
  OnBuild: null;
  Labels: Record<string, string>;
  StopSignal?: string;
  StopTimeout?: number;
  [key: string]: unknown;
}

export interface MountRecord {
  Type: 'volume' | 'bind' | 'tmpfs';
  Name?: string;
  /** A bind's host path; '' for a volume, whose path follows from its name. */
  Source: string;
  Destination: string;
  Driver?: string;
  Mode: string;
  RW: boolean;
  Propagation: string;
  /** Made for this container alone: `v=1` removes it with the container. */
  anonymous: boolean;
}

export interface HealthProbe {
  Start: string;
  End: string;
  ExitCode: number;
  Output: string;
}

export interface ContainerState {
  Status: 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead';
  Running: boolean;
  Paused: boolean;
  Restarting: boolean;
  OOMKilled: boolean;
  Dead: boolean;
  Pid: number;
  ExitCode: number;
  Error: string;
  StartedAt: string;
  FinishedAt: string;
  Health?: { Status: 'starting' | 'healthy' | 'unhealthy'; FailingStreak: number; Log: HealthProbe[] };
}

/** Where a published port answers; null for a port that is only exposed. */
export type PortMap = Record<string, { HostIp: string; HostPort: string }[] | null>;

export interface ContainerRecord {
  id: string;
  name: string;
  createdAt: string;
  imageId: string;
  /** The image's reference as it was given to create. */
  image: string;
  path: string;
  args: string[];
  config: RunConfig;
  hostConfig: JsonObject;
  mounts: MountRecord[];
  /** Endpoint settings as the user gave them, by network name. */
  networks: Record<string, JsonObject>;
  state: ContainerState;
  restartCount: number;
  /** Tells the process from another that was given its number after a reboot. */
  processStamp: string | null;
  hasBeenStarted: boolean;
  /** By a stop or kill of the user: `unless-stopped` leaves it down at the next start of the lab. */
  stoppedByUser: boolean;
  address: string;
  ports: PortMap;
}

export const NEVER = '0001-01-01T00:00:00Z';

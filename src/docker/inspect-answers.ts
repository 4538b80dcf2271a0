import type { JsonObject } from '../domain/json.ts';

/** The parts of the engine's inspect answers that are looked at, as its API spells them. */
export interface ImageConfig {
  Env?: string[] | null;
  Cmd?: string[] | null;
  Entrypoint?: string[] | null;
  User?: string;
  WorkingDir?: string;
  Labels?: Record<string, string> | null;
  Healthcheck?: JsonObject | null;
  StopSignal?: string;
  ExposedPorts?: Record<string, JsonObject> | null;
  Volumes?: Record<string, JsonObject> | null;
  Shell?: string[] | null;
}

export interface ContainerConfig extends ImageConfig {
  Image: string;
  Hostname?: string;
  Domainname?: string;
  Tty?: boolean;
  OpenStdin?: boolean;
  StdinOnce?: boolean;
  AttachStdin?: boolean;
  AttachStdout?: boolean;
  AttachStderr?: boolean;
  NetworkDisabled?: boolean;
  MacAddress?: string;
  StopTimeout?: number | null;
}

export interface MountPoint {
  Type: string;
  Name?: string;
  Source: string;
  Destination: string;
  Driver?: string;
  RW: boolean;
  Propagation?: string;
}

export interface EndpointAnswer {
  IPAMConfig?: JsonObject | null;
  Links?: string[] | null;
  Aliases?: string[] | null;
  DriverOpts?: JsonObject | null;
  GwPriority?: number;
  /** Engine 25 and later: the names that the engine answers to, apart from the user's aliases. */
  DNSNames?: string[] | null;
  IPAddress?: string;
  GlobalIPv6Address?: string;
}

export interface ContainerAnswer {
  Id: string;
  Name: string;
  Image: string;
  RestartCount?: number;
  /** Of the commands that run in it. */
  ExecIDs?: string[] | null;
  State: {
    Pid?: number;
    Status: string;
    Paused?: boolean;
    OOMKilled?: boolean;
    ExitCode: number;
    Error?: string;
    StartedAt?: string;
    FinishedAt?: string;
    Health?: { Status: string } | null;
  };
  Config: ContainerConfig;
  HostConfig: JsonObject;
  Mounts: MountPoint[];
  NetworkSettings: { Networks?: Record<string, EndpointAnswer> | null };
}

export interface ImageAnswer {
  Id: string;
  RepoTags?: string[] | null;
  RepoDigests?: string[] | null;
  Config?: ImageConfig | null;
  Size: number;
  Created?: string;
}

export interface VolumeAnswer {
  Name: string;
  Driver: string;
  Mountpoint: string;
  Labels?: Record<string, string> | null;
  Options?: Record<string, string> | null;
}

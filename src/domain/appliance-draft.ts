import type { HostPower } from './host-powers.ts';
import type { JsonObject } from './json.ts';
import type { ServiceMount, ServiceSpec } from './service-spec.ts';

/** A mount as it is asked for, before anybody has looked at the host. */
export interface MountDraft {
  kind: 'volume' | 'bind';
  /** The engine's name of the volume, or a host path; '' for an anonymous volume. */
  source: string;
  target: string;
  readOnly: boolean;
  declared: ServiceMount['declared'];
}

export interface ServiceDraft {
  /** Without mounts; its image has no digest and no id unless they were asked for. */
  spec: ServiceSpec;
  mounts: MountDraft[];
}

export interface VolumeDraft {
  name: string;
  /** It has to be there already, and is not removed with what uses it. */
  external: boolean;
  driver: string;
  driverOptions: Record<string, string>;
  labels: Record<string, string>;
}

export interface NetworkDraft {
  name: string;
  /** It has to be there already. */
  external: boolean;
  /** The engine's create call, without the name and the labels. */
  settings: JsonObject;
  labels: Record<string, string>;
}

/** What a manifest asks for, before anything of it exists on a host. */
export interface ApplianceDraft {
  services: ServiceDraft[];
  volumes: VolumeDraft[];
  networks: NetworkDraft[];
  allowed: HostPower[];
}

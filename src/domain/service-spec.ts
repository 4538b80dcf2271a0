import type { JsonObject } from './json.ts';

/** A `node` is another instance of the controller, of the same version. */
export const SERVICE_ROLES = ['controller', 'node', 'engine', 'app'] as const;
export type ServiceRole = (typeof SERVICE_ROLES)[number];

/** An image pinned to what it was when it was resolved: a moved tag does not move it. */
export interface PinnedImage {
  /** As people write it, without a digest: `registry:5000/acme/server:2.0.4`. */
  reference: string;
  /** `registry:5000/acme/server` */
  repository: string;
  tag: string;
  /** The manifest's digest in its registry; null for an image that exists on this host only. */
  digest: string | null;
  /** The engine's id of the image (`sha256:…`); null until it has been pulled. */
  imageId: string | null;
  /** The repository of the site's own registry that it is fetched from; without it, from its own. */
  mirror?: string;
}

/** What is known of both of them decides: an image that has not been pulled has no id yet, and one from a bundle no digest. */
export function isSameImage(one: PinnedImage, other: PinnedImage): boolean {
  if (one.imageId !== null && other.imageId !== null) return one.imageId === other.imageId;
  if (one.digest !== null && other.digest !== null) return one.digest === other.digest;
  return one.reference === other.reference;
}

/**
 * One mount of a service. `source` is the engine's volume name or the host path that this very
 * release uses; `slotKey` names the mount in the slot, and is null where the mount is shared by all
 * releases (read-only mounts, sockets, foreign drivers) and so is neither cloned nor rolled back.
 */
export interface ServiceMount {
  kind: 'volume' | 'bind';
  source: string;
  target: string;
  readOnly: boolean;
  slotKey: string | null;
  /** Why it is shared, in words for the plan; null where it is in the slot. */
  sharedBecause: string | null;
  /**
   * How the user wrote it, so that it is written again in the same way: `-v` with its options,
   * `--mount` with its whole value, or not at all (an anonymous volume, `--volumes-from`).
   */
  declared: { form: 'bind'; options: string } | { form: 'mount'; value: JsonObject } | { form: 'implicit' };
}

/**
 * What the user set on a container, in the shapes of the Docker Engine API's create call, without
 * image, without volume and bind mounts (they are in `ServiceSpec.mounts`), and without anything
 * that was only a default of the image.
 */
export interface ContainerSettings {
  config: JsonObject;
  hostConfig: JsonObject;
  /** Endpoint settings by network name: aliases, fixed addresses, driver options. */
  networks: Record<string, JsonObject>;
}

/** A container specification: pure values, from which an instance can be made at any time. */
export interface ServiceSpec {
  name: string;
  role: ServiceRole;
  /** The container's name while its release is the active one. */
  containerName: string;
  image: PinnedImage;
  settings: ContainerSettings;
  mounts: ServiceMount[];
  gate: GateRules;
  /** The names of variables that somebody has called secret, besides those whose names say so. */
  secrets?: string[];
  /** What the manifest asks of the gate: it goes before the labels of the container and of its image. */
  askedGate?: Partial<GateRules>;
  /** The services that must run before this one is started, by name. */
  dependsOn?: Dependencies;
  /** Said by the manifest; without it `versioning.ts` decides by the image's name. */
  versioned?: Versioned;
  /** When it takes the image of a new version; with the upgrade, where nothing is said. */
  update?: UpdateTrigger;
  /** What its software says that it is, where the vendor's procedure has put another version in place than the image's tag. */
  softwareVersion?: string;
  /** The image of the release's version, which it has not taken yet. */
  awaits?: PinnedImage;
  /** Of a service engine that was made by scaling: which one it is a copy of, and since when there is it (ISO 8601). */
  scaled?: { group: string; at: string };
}

/** The service engine that it was made from by scaling, or else itself. */
export const groupOf = ({ name, scaled }: Pick<ServiceSpec, 'name' | 'scaled'>): string => scaled?.group ?? name;

/** `healthy` waits for the other's own health check, `started` for its start only. */
export type Dependencies = Record<string, 'started' | 'healthy'>;

/** Whether an upgrade gives a service's image the new version as its tag, or leaves it as it is. */
export type Versioned = 'with-controller' | 'fixed';

/**
 * When a helper takes the image of a new version: in the upgrade; the next time its own configuration changes or its
 * container has to be made anew; only when somebody asks for it.
 */
export type UpdateTrigger = 'with-controller' | 'on-change' | 'on-request';

/** What a new release must prove. Set by labels `io.belay.*` of the container or of its image. */
export interface GateRules {
  /** How long it may take until the first good answer; counted anew whenever a migrating server shows progress. */
  deadlineMs: number;
  /** The longest that progress can make it. */
  limitMs: number;
  /** How long it must then stay good without a restart. */
  stableMs: number;
  /** A command inside the instance whose output must contain the version; null where there is none. */
  versionCommand: string[] | null;
  /** TCP ports inside the instance that must answer, besides those that the release before answered on. */
  ports?: number[];
}

type WithMounts = { mounts: readonly Pick<ServiceMount, 'slotKey'>[] };

/** The mounts of the slot that are a service's, by their keys. */
export const keysOf = ({ mounts }: WithMounts): Set<string> => new Set(mounts.flatMap(({ slotKey }) => slotKey ?? []));

/** Whether anything of its data is cloned and rolled back. */
export const hasOwnData = ({ mounts }: WithMounts): boolean => mounts.some(({ slotKey }) => slotKey !== null);

/**
 * Stable for longer than 30 s: what loses its database, its licence or its memory mostly does so within half a
 * minute of its first good answer. The wait costs no downtime, only what is written in it where it fails.
 */
export const DEFAULT_GATE: GateRules = {
  deadlineMs: 300_000,
  limitMs: 7_200_000,
  stableMs: 45_000,
  versionCommand: null,
};

/** The restart policy as the engine's API names it. */
export interface RestartPolicy {
  name: string;
  maximumRetryCount: number;
}

export const NO_RESTART: RestartPolicy = { name: 'no', maximumRetryCount: 0 };

/** The version that its software is to name. */
export const versionOf = ({ softwareVersion, image }: ServiceSpec): string => softwareVersion ?? image.tag;

/** The policy that the user set; `no` where there was none. */
export function restartPolicyOf(spec: ServiceSpec): RestartPolicy {
  const raw = spec.settings.hostConfig.RestartPolicy as { Name?: string; MaximumRetryCount?: number } | undefined;
  return { name: raw?.Name || 'no', maximumRetryCount: raw?.MaximumRetryCount ?? 0 };
}

import type { Cluster } from './cluster.ts';
import type { Owner } from './data-target.ts';
import type { Following } from './followers.ts';
import type { ExternalData } from './hooks.ts';
import type { ReleaseId, SlotId } from './ids.ts';
import type { DataChanges } from './ports/slot-store.ts';
import type { UpdateTrigger } from './service-spec.ts';

/** What stands in the way. An operation with an obstacle is refused before anything is touched. */
export interface Obstacle {
  code: 'no-space' | 'refused' | 'data-missing' | 'engine-unreachable' | 'not-found' | 'registry-unreachable';
  message: string;
  hint: string | null;
}

export type MountTreatment =
  | 'reflink' // cloned in constant time after the stop
  | 'pre-copy' // cloned while serving, brought level after the stop
  | 'copy-stopped' // copied whole after the stop: rsync is missing
  | 'shared' // not cloned, not rolled back
  | 'new'; // begins empty with the new version

export interface PlannedMount {
  service: string;
  kind: 'volume' | 'bind';
  source: string;
  targets: string[];
  treatment: MountTreatment;
  sizeBytes: number;
  files: number;
  /** Why it is treated so, where that is not obvious. */
  note: string | null;
}

export interface UpgradePlan {
  appliance: string;
  from: { release: ReleaseId; version: string };
  to: { version: string; image: string; digest: string | null; alreadyHere: boolean };
  /**
   * Every service's image before and after: one that is not versioned with the controller keeps its own. `kept` where
   * the image of the version waits: its container goes on untouched, or is made anew with its data.
   */
  services: {
    name: string;
    from: string;
    to: string;
    kept: { update: UpdateTrigger; awaits: string; isUntouched: boolean } | null;
  }[];
  steps: { name: string; title: string }[];
  /** The nodes of the controller, in the order in which they go over; null where it has only one. */
  cluster: Cluster | null;
  /** The service engines that go over after the controller; null where there are none. */
  engines: Following | null;
  mounts: PlannedMount[];
  space: { path: string; neededBytes: number; freeBytes: number }[];
  /** It goes back by itself unless it is confirmed so soon; null where it stays. */
  confirmWithinMs: number | null;
  /** Null where all data is in mounts, and no hook looks after any other. */
  externalData: ExternalData | null;
  preCopyForecastMs: number;
  downtimeForecastMs: number;
  warnings: string[];
  obstacles: Obstacle[];
}

/** What it would mean to bring an earlier release back with today's data. */
export interface PromotionPlan extends UpgradePlan {
  /** The release whose version and configuration it takes. */
  source: { release: ReleaseId; version: string; createdAt: Date };
  settings: SettingChange[];
}

export interface RepairPlan {
  appliance: string;
  release: { release: ReleaseId; version: string };
  steps: { name: string; title: string }[];
  /** What it would do, in words, one for each thing. */
  actions: string[];
  warnings: string[];
  obstacles: Obstacle[];
}

export interface SettingChange {
  service: string;
  /** `env LOG_LEVEL`, `label tier`, `ports`. */
  setting: string;
  /** As it is now; null where it is not set now. */
  now: string | null;
  /** As it will be after the rollback; null where it will not be set. */
  after: string | null;
}

export interface JoinedEngine {
  name: string;
  version: string;
  joinedAt: Date;
  /** False where it has no network of its own that it could be taken out of. */
  canBeCutOff: boolean;
}

export interface RollbackPlan {
  appliance: string;
  from: { release: ReleaseId; version: string };
  /** `release` is null where it is made on the way, by the vendor's procedure. */
  to: { release: ReleaseId | null; version: string };
  steps: { name: string; title: string }[];
  /** The vendor's procedure, on a copy of the data of each of the nodes; null where the release before is started again. */
  legacy: { command: string[]; deadlineMs: number; nodes: string[] } | null;
  /** The nodes of the controller, which go back together; null where it has only one. */
  cluster: Cluster | null;
  /** The service engines, which go back together with the controller; null where there are none. */
  engines: Following | null;
  /** Service engines that the release gone back to does not have: they are turned off, and do not connect after it. */
  joinedSince: JoinedEngine[];
  /** Services whose containers both releases have: they go on untouched. */
  kept: string[];
  /** Null where the controller goes on. */
  downtimeForecastMs: number | null;
  data: {
    /** Neither of them has any in mounts. */
    isNone: boolean;
    /** When the release gone back to was last running. Null where it shares its data with the active one. */
    backTo: Date | null;
    changes: DataChanges;
    keptWith: ReleaseId;
    /** Set where its data is an archive, which is unpacked before anything is stopped. */
    unpacked: { sizeBytes: number; files: number; forecastMs: number } | null;
  };
  externalData: ExternalData | null;
  settings: SettingChange[];
  warnings: string[];
  obstacles: Obstacle[];
}

export interface RestorePlan {
  appliance: string;
  /** `version` is that of the release that the data belonged to; null for a plain tarball. */
  snapshot: { id: SlotId; version: string | null; takenAt: Date | null; sizeBytes: number; files: number };
  from: { release: ReleaseId; version: string };
  to: { version: string };
  steps: { name: string; title: string }[];
  /** What each mount gets, in words; `source` is null where it keeps today's data. */
  mounts: { targets: string[]; path: string; source: string | null }[];
  unpackForecastMs: number;
  downtimeForecastMs: number;
  /** Today's data stays with this release. */
  keptWith: ReleaseId;
  warnings: string[];
  obstacles: Obstacle[];
}

/** What is removed with the containers of a release that was left, and what stays. */
export interface ReleaseDeletion {
  appliance: string;
  release: ReleaseId;
  version: string;
  /** `name` is null where somebody has removed the container already. */
  containers: { service: string; name: string | null; containerId: string }[];
  /** Other releases with the same containers: what rollbacks made of this one, or this one of them. */
  copies: ReleaseId[];
  /** What stays of its data; null where it has none in mounts. */
  data: { snapshot: SlotId; volumes: string[] } | null;
  /** What a way back makes the containers from. `hasDigest`: its registry can be asked for it again. */
  images: { reference: string; here: boolean; hasDigest: boolean }[];
  /** Whether `rollback system` goes back to it. */
  isWayBack: boolean;
  warnings: string[];
  obstacles: Obstacle[];
}

/** What it would mean to move the data of one mount to another place of the host. */
export interface MovePlan {
  appliance: string;
  from: { release: ReleaseId; version: string };
  to: { version: string };
  steps: { name: string; title: string }[];
  /** The data that moves: where it is now, and where it will be. */
  data: PlannedMount;
  target: { kind: 'volume' | 'bind'; source: string };
  /** Whose it will be; null where that stays as it is. */
  owner: Owner | null;
  /** Where what is left of it is set aside; null where it stays in its volume. */
  setAside: string | null;
  /** The other mounts, which are cloned as in an upgrade or shared. */
  others: PlannedMount[];
  space: { path: string; neededBytes: number; freeBytes: number }[];
  preCopyForecastMs: number;
  downtimeForecastMs: number;
  warnings: string[];
  obstacles: Obstacle[];
}

/** A new release on the same data, in which some services are others. */
export interface ChangePlan {
  appliance: string;
  from: { release: ReleaseId; version: string };
  to: { version: string };
  steps: { name: string; title: string }[];
  /** The services that get new containers: another image, other settings, or neither. */
  changes: { service: string; image: { now: string; after: string } | null; settings: SettingChange[] }[];
  /** The services that the release before does not have. */
  added: { service: string; image: string; containerName: string }[];
  /** The services that the new release does not have: their containers stay, turned off. */
  removed: string[];
  /** The services that go on untouched. */
  kept: string[];
  /** The service engines that are exchanged or added, a few at a time; null where there are none. */
  engines: Following | null;
  /** Null where the controller goes on. */
  downtimeForecastMs: number | null;
  warnings: string[];
  obstacles: Obstacle[];
}

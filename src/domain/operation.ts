import type { NetworkDraft, VolumeDraft } from './appliance-draft.ts';
import type { Cluster, NodeProgress } from './cluster.ts';
import type { Owner } from './data-target.ts';
import type { Following } from './followers.ts';
import type { HookRun, PlannedHooks } from './hooks.ts';
import type { OperationId, ReleaseId } from './ids.ts';
import type { JsonObject } from './json.ts';
import type { LegacyProcedure } from './legacy.ts';
import type { Policy } from './policy.ts';
import type { BootTime } from './ports/clock.ts';
import type { DirectoryLook } from './ports/slot-store.ts';
import type { RestartPolicy } from './service-spec.ts';
import type { StaleLock } from './stale-lock.ts';

export type OperationKind =
  | 'upgrade'
  | 'rollback'
  | 'restore'
  | 'repair'
  | 'install'
  | 'move'
  | 'rehearsal'
  | 'promotion'
  | 'change'
  | 'legacy-rollback';

/**
 * `running` until it has ended. `failed`: it ended before anything was stopped, nothing changed.
 * `rolled-back`: it had begun to switch, and went back. `needs-attention`: the machine will not decide alone.
 */
export type OperationState = 'running' | 'succeeded' | 'rolled-back' | 'failed' | 'needs-attention';

export type StepStatus = 'pending' | 'running' | 'done' | 'failed' | 'reverting' | 'reverted' | 'skipped';

export interface StepProgress {
  /** 0 to 1, or null where there is no quantity. */
  fraction: number | null;
  doneBytes: number | null;
  totalBytes: number | null;
  /** What the step is doing, in a few words. */
  detail: string | null;
}

export interface Operation {
  id: OperationId;
  /** Order among all operations: never the clock. */
  sequenceNumber: number;
  kind: OperationKind;
  appliance: string;
  from: ReleaseId;
  to: ReleaseId;
  by: string;
  state: OperationState;
  /** Why it did not succeed, in one sentence; null while it runs and after success. */
  reason: string | null;
  steps: { name: string; title: string }[];
  facts: OperationFacts;
  /** How often a daemon has taken it up again after a crash. */
  recoveries: number;
  startedAt: Date;
  endedAt: Date | null;
}

/** What an administrator did to an operation while it ran. */
export interface Intervention {
  what: 'extend' | 'abort';
  by: string;
  /** By the wall clock, ISO 8601. */
  at: string;
  /** What an extension added to the gate's deadline. */
  addedMs?: number;
}

/** `failed` may be tried again; at the end of the operation nobody has. */
export interface EngineProgress {
  state: 'switching' | 'followed' | 'failed';
  /** Why it has failed, for the end of a sentence; null where it has not. */
  reason: string | null;
}

/** What the steps have learnt; the only memory they have. Every value is JSON. */
export interface OperationFacts {
  /** How many outcomes were on record at the last recovery, and how many tries have not got beyond. */
  recovery?: { settled: number; tries: number };
  /** Of an installation: what is to be made besides containers, and what the appliance is to want of Belay. */
  install?: { volumes: VolumeDraft[]; networks: NetworkDraft[]; policy: Policy };
  /** Of a move: which mount, and whose its data is to be; null where it stays as it is. */
  move?: { key: string; owner: Owner | null };
  /** The empty directory that gave way to the data. */
  gaveWay?: DirectoryLook;
  /** Per slot key: the time from which the delta compares content. */
  preCopiedSinceMs?: Record<string, number>;
  /** Per slot key: the time from which on what a copy aside has of it may differ. */
  setAsideSinceMs?: Record<string, number>;
  /** TCP ports, per service, that the old release answered on: the new one must, too. */
  answeredPorts?: Record<string, number[]>;
  /** When the first service of the old release was told to stop, in wall-clock milliseconds. */
  stoppedAtMs?: number;
  /** The same by the boot's clock, which nobody can set. */
  stoppedAtBoot?: BootTime;
  /** What the engine was to do when a service of the old release ends, by service, before it was told not to. */
  restartPolicies?: Record<string, RestartPolicy>;
  /** Exit codes of the services that were stopped, by service. */
  exitCodes?: Record<string, number>;
  /** Set where the container did not heed its stop signal in time. */
  forcedStops?: string[];
  /** Containers that the engine could not start again, and that another one of the same release was made for: their names. */
  keptStuck?: string[];
  /** How long nobody answered: until the first good answer of the new release, and again while going back. */
  downtimeMs?: number;
  /** When a new release that had answered stopped doing so, in wall-clock milliseconds. */
  servedUntilMs?: number;
  /** The last lines of the failing container's log, oldest first. */
  logTail?: string[];
  /** Services whose containers go on untouched, where nothing is against it. */
  kept?: string[];
  /** Those of them that ran when the change began. */
  keptRunning?: string[];
  /** The controller goes on: what is off meanwhile is no downtime of the appliance. */
  withoutDowntime?: true;
  /** Engines that were down already when they were turned off: nothing is lost where they stay so. */
  downBefore?: string[];
  /** The service engines that go over in a step of their own. */
  following?: Following;
  /** Of a rollback: the service engines that the release gone back to does not have, by name. */
  joinedSince?: string[];
  /** How far each of them is. */
  engines?: Record<string, EngineProgress>;
  /** The instances of a controller that has several. */
  cluster?: Cluster;
  /** How far those of them are that a step looks after by themselves. */
  nodes?: Record<string, NodeProgress>;
  /** The vendor's procedure that it carries out. */
  procedure?: LegacyProcedure;
  /** Services that ran when a repair began, and go on: they have nothing to prove. */
  leftRunning?: string[];
  /** Why an operation that went through needs somebody's attention nonetheless, in one sentence. */
  doubt?: string;
  /** The image that did not prove itself in the gate, by its digest and its id: a mirror may give it another digest. */
  disproved?: { image: string[]; reason: string };
  /** The failing container's inspect answer. */
  inspect?: JsonObject;
  /** A lock over which the new release has stumbled. */
  staleLock?: StaleLock;
  /** Of a rehearsal. */
  rehearsal?: {
    /** Whether nothing was written while its clone was brought level for the last time. */
    isOfOneMoment?: boolean;
    /** How long that took. */
    levelMs?: number;
    startedAtBoot?: BootTime;
    /** From the start of the new version to its first good answer. */
    servingMs?: number;
  };
  /** The vendor's commands that it runs. */
  planned?: PlannedHooks;
  /** What came of them, in the order in which they ended. */
  hookRuns?: HookRun[];
  /** Why the machine began it by itself, in one sentence. */
  because?: string;
  /** It goes back by itself unless it is confirmed so soon after its commit. */
  confirmWithinMs?: number;
  /** In the order in which they were made. */
  interventions?: Intervention[];
}

/**
 * One line of the journal. `intent` is on disk before a step acts, `done` or `failed` after it;
 * the `revert-…` phases are the same for taking it back.
 */
export type EntryPhase = 'intent' | 'done' | 'failed' | 'revert-intent' | 'reverted' | 'revert-failed';

export interface JournalEntry {
  sequenceNumber: number;
  operation: OperationId;
  step: string;
  phase: EntryPhase;
  at: Date;
  /** The sentence of a failure; null otherwise. */
  message: string | null;
}

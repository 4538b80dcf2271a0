import type { Deadline } from '../confirmation.ts';
import type { BelayError } from '../errors.ts';
import type { OperationId, ReleaseId, SlotId } from '../ids.ts';
import type {
  EntryPhase,
  JournalEntry,
  Operation,
  OperationFacts,
  OperationKind,
  OperationState,
} from '../operation.ts';
import type { Orphan } from '../orphan.ts';
import type { Policy } from '../policy.ts';
import type { Release } from '../release.ts';
import type { Slot, SlotMount } from '../slot.ts';
import type { Confirmations } from './confirmations.ts';
import type { KnownImages } from './known-images.ts';
import type { Notices } from './notices.ts';
import type { ReleaseHistory } from './release-history.ts';
import type { Snapshots } from './snapshots.ts';

export interface Appliance {
  name: string;
  active: ReleaseId;
  createdAt: Date;
  policy: Policy;
}

/** Which container runs (or ran) a service of a slot's release. Found by id, whatever its name. */
export interface InstanceRecord {
  release: ReleaseId;
  service: string;
  containerId: string;
}

export interface NewOperation {
  id: OperationId;
  kind: OperationKind;
  appliance: string;
  from: ReleaseId;
  by: string;
  steps: { name: string; title: string }[];
  /** The candidate that the operation is to make active; the active release itself for a repair. */
  to: Release;
  /** The candidate's own slot, where it has one; null where it takes over an existing slot. */
  slot: Slot | null;
  /** What is known of it before its first step. */
  facts?: OperationFacts;
}

/**
 * The record of every intent and outcome. Each method that writes is one transaction that is on disk
 * when it returns. Order is by sequence number. `journal-unusable` is thrown when the disk fails.
 */
export interface Journal {
  readonly confirmations: Confirmations;
  /** Why nothing can be written (the disk is full or read-only, the record is damaged); null while all is well. */
  readonly trouble: BelayError | null;
  /** Writes something that changes nothing. */
  proveWritable(): void;
  /** Where it lies, and what an operation may add to it, its copy included. */
  readonly footprint: { directory: string; neededBytes: number };
  readonly images: KnownImages;
  readonly notices: Notices;
  readonly snapshots: Snapshots;

  appliances(): Appliance[];
  appliance(name: string): Appliance | null;
  /** Appliance, first release, slot and instances at once. `refused` where the name is taken. */
  adopt(release: Release, slot: Slot, instances: InstanceRecord[], policy?: Policy): void;

  setPolicy(appliance: string, policy: Policy): void;

  release(id: ReleaseId): Release | null;
  /** All of them with their services, newest first, candidates left out: where that may take its time. */
  releases(appliance: string): Release[];
  readonly history: ReleaseHistory;
  slot(id: SlotId): Slot | null;
  slots(appliance: string): Slot[];
  /** Replaces one mount of a slot: its path, its identity. */
  updateSlotMount(slot: SlotId, mount: SlotMount): void;
  discardSlot(slot: SlotId): void;
  instances(release: ReleaseId): InstanceRecord[];
  instance(release: ReleaseId, service: string): InstanceRecord | null;
  recordInstance(record: InstanceRecord): void;
  recordInstances(records: readonly InstanceRecord[]): void;
  forgetInstance(record: InstanceRecord): void;
  /** Of every release of the appliance that is no candidate, the latest first. */
  instancesOf(appliance: string): InstanceRecord[];

  /** Containers of service engines that rollbacks have cut off. */
  orphans(appliance: string): Orphan[];
  orphan(containerId: string): Orphan | null;
  /** What is known of one already stays as it is. */
  recordOrphans(orphans: readonly Orphan[]): void;
  forgetOrphans(containerIds: readonly string[]): void;

  /** Sets what pulling taught about an image of a candidate. */
  updateCandidate(release: Release): void;

  /** `busy`, with who holds it, when another operation of the appliance has not ended, or when `from` is not active any more. */
  begin(operation: NewOperation, at: Date): Operation;
  operation(id: OperationId): Operation | null;
  /** Newest first. */
  operations(appliance: string, limit: number): Operation[];
  /** How many have ended, of each kind and in each state. */
  operationCounts(appliance: string): { kind: OperationKind; state: OperationState; count: number }[];
  /** Those in which an image did not prove itself, newest first. */
  disproving(appliance: string): Operation[];
  /** Over all appliances, oldest first. */
  unfinished(): Operation[];
  record(entry: { operation: OperationId; step: string; phase: EntryPhase; at: Date; message?: string }): JournalEntry;
  entries(operation: OperationId): JournalEntry[];
  /** Merges into the operation's facts. */
  learn(operation: OperationId, facts: Partial<OperationFacts>): void;
  countRecovery(operation: OperationId): number;
  /**
   * The one transaction of a take-over: candidate active, the old release superseded (upgrade) or
   * rolled back (rollback), slots live and frozen, the step's outcome; what waited to be confirmed is left, and the
   * new release may wait to be confirmed from now on.
   */
  commit(operation: OperationId, step: string, at: Date, confirmation?: Deadline & { windowMs: number }): void;
  /** Ends the operation; a candidate that was not committed becomes `failed`, and its slot `discarded` where it has gone back. */
  finish(operation: OperationId, state: Exclude<OperationState, 'running'>, reason: string | null, at: Date): void;

  close(): void;
}

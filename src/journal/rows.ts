import type { Note } from '../domain/note.ts';
import type { EntryPhase, JournalEntry, Operation, OperationKind, OperationState } from '../domain/operation.ts';
import type { Appliance, InstanceRecord } from '../domain/ports/journal.ts';
import type { ReleaseName, WayBack } from '../domain/ports/release-history.ts';
import type { Release, ReleaseOrigin, ReleaseStatus } from '../domain/release.ts';
import type { Slot, SlotState } from '../domain/slot.ts';
import { readFacts, readPolicy } from './sealed-policy.ts';
import { readServices } from './sealed-services.ts';
import type { Vault } from './vault.ts';

/** A row as node:sqlite returns it; each reader below knows the columns of its table. */
export type Row = Record<string, unknown>;

const text = (value: unknown) => value as string;
const textOrNull = (value: unknown) => value as string | null;
const date = (value: unknown) => new Date(value as string);
const dateOrNull = (value: unknown) => (value === null ? null : date(value));
const json = (value: unknown) => JSON.parse(value as string);

export const readAppliance = (row: Row, vault: Vault): Appliance => ({
  name: text(row.name),
  active: text(row.active),
  createdAt: date(row.created_at),
  policy: readPolicy(text(row.policy), text(row.name), vault),
});

export const readRelease = (row: Row, vault: Vault): Release => ({
  id: text(row.id),
  appliance: text(row.appliance),
  version: text(row.version),
  services: readServices(text(row.services), text(row.appliance), vault),
  slot: text(row.slot),
  status: row.status as ReleaseStatus,
  origin: row.origin as ReleaseOrigin,
  copyOf: textOrNull(row.copy_of),
  previous: textOrNull(row.previous),
  by: text(row.by),
  createdAt: date(row.created_at),
});

export const readReleaseName = (row: Row): ReleaseName => ({
  id: text(row.id),
  version: text(row.version),
  status: row.status as ReleaseStatus,
  createdAt: date(row.created_at),
});

export const readWayBack = (row: Row): WayBack => ({
  release: text(row.id),
  version: text(row.version),
  data: row.state === 'archived' ? 'archive' : 'slot',
});

export const readNote = (row: Row): Note => ({ text: text(row.text), by: text(row.by), at: date(row.at) });

export const readSlot = (row: Row): Slot => ({
  id: text(row.id),
  appliance: text(row.appliance),
  mounts: json(row.mounts),
  state: row.state as SlotState,
  clonedFrom: textOrNull(row.cloned_from),
  createdAt: date(row.created_at),
  frozenAt: dateOrNull(row.frozen_at),
  archive: row.archive === null ? null : json(row.archive),
  importedFrom: textOrNull(row.imported_from),
  leftovers: row.leftovers === 1,
});

export const readInstance = (row: Row): InstanceRecord => ({
  release: text(row.release),
  service: text(row.service),
  containerId: text(row.container_id),
});

/** How a long text is read: by default anew. */
type Read = (key: string, text: string) => never;
const anew: Read = (_key, value) => JSON.parse(value) as never;

export const readOperation = (row: Row, vault: Vault, read: Read = anew): Operation => ({
  id: text(row.id),
  sequenceNumber: row.sequence_number as number,
  kind: row.kind as OperationKind,
  appliance: text(row.appliance),
  from: text(row.from_release),
  to: text(row.to_release),
  by: text(row.by),
  state: row.state as OperationState,
  reason: textOrNull(row.reason),
  steps: json(row.steps),
  facts: readFacts(text(row.facts), text(row.appliance), vault, (facts) => read(text(row.id), facts)),
  recoveries: row.recoveries as number,
  startedAt: date(row.started_at),
  endedAt: dateOrNull(row.ended_at),
});

export const readOperationCount = (row: Row) => ({
  kind: row.kind as OperationKind,
  state: row.state as OperationState,
  count: row.count as number,
});

export const readEntry = (row: Row): JournalEntry => ({
  sequenceNumber: row.sequence_number as number,
  operation: text(row.operation),
  step: text(row.step),
  phase: row.phase as EntryPhase,
  at: date(row.at),
  message: textOrNull(row.message),
});

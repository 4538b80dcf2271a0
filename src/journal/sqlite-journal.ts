import { type Deadline, unconfirmed } from '../domain/confirmation.ts';
import { BelayError } from '../domain/errors.ts';
import type { OperationId, ReleaseId, SlotId } from '../domain/ids.ts';
import type { JournalKnowledge } from '../domain/journal-report.ts';
import type { JournalEntry, Operation, OperationFacts, OperationKind, OperationState } from '../domain/operation.ts';
import type { Orphan } from '../domain/orphan.ts';
import type { Policy } from '../domain/policy.ts';
import type { Appliance, InstanceRecord, Journal, NewOperation } from '../domain/ports/journal.ts';
import type { Release } from '../domain/release.ts';
import type { Slot, SlotMount } from '../domain/slot.ts';
import { heldBy, outdated } from '../domain/takeover.ts';
import { ConfirmationTable } from './confirmation-table.ts';
import { JournalConnection } from './connection.ts';
import { footprintOf, keepCopy, knowledgeOf } from './copies.ts';
import { ImageTable } from './image-table.ts';
import { NoticeTable } from './notice-table.ts';
import { formatNeededBy, openJournalDatabase } from './open.ts';
import { openReadOnly } from './open-read-only.ts';
import { OrphanTable } from './orphan-table.ts';
import { Parsed } from './parsed.ts';
import { recordProblems } from './record-problems.ts';
import { ReleaseTable } from './release-table.ts';
import * as rows from './rows.ts';
import { writeFacts, writePolicy } from './sealed-policy.ts';
import { writeServices } from './sealed-services.ts';
import { SnapshotTable } from './snapshot-table.ts';
import { keyFileOf, Vault } from './vault.ts';

const MOST_RELEASES = 10_000;
/** What would leave a release that may still go back by itself. */
const CHANGING_ANEW: readonly OperationKind[] = ['upgrade', 'promotion', 'move', 'change', 'legacy-rollback'];
const ROLLING_BACK: readonly OperationKind[] = ['rollback', 'legacy-rollback'];

/** The journal in SQLite: the only SQL there is. Longer than most files, because the port is. */
export class SqliteJournal implements Journal {
  readonly #path: string;
  readonly #connection: JournalConnection;
  readonly #vault: Vault;
  readonly confirmations: ConfirmationTable;
  readonly images: ImageTable;
  readonly history: ReleaseTable;
  readonly notices: NoticeTable;
  readonly snapshots: SnapshotTable;
  readonly #orphans: OrphanTable;
  readonly #parsed = new Parsed();
  /** Each step asks for its operation again and again, and of a thousand service engines each. */
  #latest: { id: OperationId; revision: number; operation: Operation | null } | null = null;

  /** `readOnlyBecause` is why it is opened for reading alone. Throws `journal-unusable`. */
  constructor(path: string, readOnlyBecause: BelayError | null = null) {
    this.#path = path;
    const database = readOnlyBecause ? openReadOnly(path) : openJournalDatabase(path);
    this.#connection = new JournalConnection(database, path, readOnlyBecause);
    this.confirmations = new ConfirmationTable(this.#connection);
    this.images = new ImageTable(this.#connection);
    this.#vault = new Vault(keyFileOf(path));
    this.history = new ReleaseTable(this.#connection, this.#vault);
    this.notices = new NoticeTable(this.#connection, this.#vault);
    this.#orphans = new OrphanTable(this.#connection);
    this.snapshots = new SnapshotTable({
      vault: this.#vault,
      all: (sql, ...values) => this.#connection.all(sql, ...values),
      run: (sql, ...values) => this.#connection.run(sql, ...values),
      transaction: (work) => this.#connection.transaction(work),
      insertSlot: (slot) => this.#insertSlot(slot),
      insertRelease: (release) => this.#insertRelease(release),
    });
  }

  get trouble(): BelayError | null {
    return this.#connection.trouble;
  }

  proveWritable(): void {
    this.#connection.proveWritable();
  }

  get footprint(): { directory: string; neededBytes: number } {
    return footprintOf(this.#path);
  }

  appliances(): Appliance[] {
    return this.#connection
      .all('SELECT * FROM appliance ORDER BY name')
      .map((row) => rows.readAppliance(row, this.#vault));
  }

  appliance(name: string): Appliance | null {
    const row = this.#connection.get('SELECT * FROM appliance WHERE name = ?', name);
    return row ? rows.readAppliance(row, this.#vault) : null;
  }

  adopt(release: Release, slot: Slot, instances: InstanceRecord[], policy?: Policy): void {
    this.#connection.transaction(() => {
      if (this.appliance(release.appliance)) {
        throw new BelayError('refused', `There is an appliance named ${release.appliance} already.`, {
          hint: 'Give it another name: adopt CONTAINER as NAME',
        });
      }
      this.#insertAppliance(release, release.createdAt, policy);
      this.#insertSlot(slot);
      this.#insertRelease(release);
      for (const instance of instances) this.#insertInstance(instance);
    });
  }

  setPolicy(appliance: string, policy: Policy): void {
    this.#connection.transaction(() => {
      this.#connection.run(
        'UPDATE appliance SET policy = ? WHERE name = ?',
        writePolicy(policy, appliance, this.#vault),
        appliance,
      );
    });
  }

  release(id: ReleaseId): Release | null {
    const row = this.#connection.get('SELECT * FROM release WHERE id = ?', id);
    return row ? rows.readRelease(row, this.#vault) : null;
  }

  releases(appliance: string): Release[] {
    return this.history.page(appliance, { limit: MOST_RELEASES });
  }

  slot(id: SlotId): Slot | null {
    const row = this.#connection.get('SELECT * FROM slot WHERE id = ?', id);
    return row ? rows.readSlot(row) : null;
  }

  slots(appliance: string): Slot[] {
    return this.#connection
      .all('SELECT * FROM slot WHERE appliance = ? ORDER BY created_at', appliance)
      .map(rows.readSlot);
  }

  updateSlotMount(id: SlotId, mount: SlotMount): void {
    this.#connection.transaction(() => {
      const slot = this.slot(id);
      if (!slot) throw new BelayError('internal', `There is no slot ${id} in the journal.`);
      const others = slot.mounts.filter(({ key }) => key !== mount.key);
      const mounts = [...others, mount].sort((a, b) => a.key.localeCompare(b.key));
      this.#connection.run('UPDATE slot SET mounts = ? WHERE id = ?', JSON.stringify(mounts), id);
    });
  }

  discardSlot(id: SlotId): void {
    this.#connection.transaction(() => {
      this.#connection.run("UPDATE slot SET state = 'discarded' WHERE id = ? AND state = 'preparing'", id);
    });
  }

  instances(release: ReleaseId): InstanceRecord[] {
    return this.#connection
      .all('SELECT * FROM instance WHERE release = ? ORDER BY service', release)
      .map(rows.readInstance);
  }

  instance(release: ReleaseId, service: string): InstanceRecord | null {
    const row = this.#connection.get('SELECT * FROM instance WHERE release = ? AND service = ?', release, service);
    return row ? rows.readInstance(row) : null;
  }

  recordInstance(record: InstanceRecord): void {
    this.#connection.transaction(() => this.#insertInstance(record));
  }

  recordInstances(records: readonly InstanceRecord[]): void {
    this.#connection.transaction(() => {
      for (const record of records) this.#insertInstance(record);
    });
  }

  forgetInstance(record: InstanceRecord): void {
    this.#connection.transaction(() => {
      this.#connection.run('DELETE FROM instance WHERE release = ? AND service = ?', record.release, record.service);
    });
  }

  instancesOf(appliance: string): InstanceRecord[] {
    return this.#connection
      .all(
        `SELECT instance.* FROM instance JOIN release ON release.id = instance.release
         WHERE release.appliance = ? AND release.status <> 'candidate' ORDER BY release.sequence_number DESC`,
        appliance,
      )
      .map(rows.readInstance);
  }

  orphans(appliance: string): Orphan[] {
    return this.#orphans.of(appliance);
  }

  orphan(containerId: string): Orphan | null {
    return this.#orphans.find(containerId);
  }

  recordOrphans(orphans: readonly Orphan[]): void {
    this.#orphans.keep(orphans);
  }

  forgetOrphans(containerIds: readonly string[]): void {
    this.#orphans.forget(containerIds);
  }

  updateCandidate(release: Release): void {
    this.#connection.transaction(() => {
      this.#connection.run(
        "UPDATE release SET services = ? WHERE id = ? AND status = 'candidate'",
        writeServices(release.services, release.appliance, this.#vault),
        release.id,
      );
    });
  }

  begin(operation: NewOperation, at: Date): Operation {
    return this.#connection.transaction(() => {
      const holder = this.#connection.get(
        "SELECT * FROM operation WHERE appliance = ? AND state = 'running'",
        operation.appliance,
      );
      if (holder) throw heldBy(rows.readOperation(holder, this.#vault));
      // A plan takes a while, and another operation may have begun and ended in between.
      const active = this.appliance(operation.appliance)?.active;
      if (active !== (operation.kind === 'install' ? undefined : operation.from)) throw outdated(operation.appliance);
      const waiting = this.confirmations.pendingOf(operation.appliance);
      if (waiting && CHANGING_ANEW.includes(operation.kind)) {
        throw unconfirmed(operation.appliance, this.release(waiting.release)?.version ?? waiting.release);
      }
      if (operation.slot) this.#insertSlot(operation.slot);
      // A repair is about the release that is active already.
      if (operation.kind === 'install' || operation.to.id !== operation.from) this.#insertRelease(operation.to);
      this.#connection.run(
        `INSERT INTO operation (id, kind, appliance, from_release, to_release, by, state, steps, facts, started_at)
         VALUES (?, ?, ?, ?, ?, ?, 'running', ?, ?, ?)`,
        operation.id,
        operation.kind,
        operation.appliance,
        operation.from,
        operation.to.id,
        operation.by,
        JSON.stringify(operation.steps),
        writeFacts(operation.facts ?? {}, operation.appliance, this.#vault),
        at.toISOString(),
      );
      return this.#mustRead(operation.id);
    });
  }

  operation(id: OperationId): Operation | null {
    const { revision } = this.#connection;
    if (this.#latest?.id === id && this.#latest.revision === revision) return this.#latest.operation;
    const row = this.#connection.get('SELECT * FROM operation WHERE id = ?', id);
    const operation = row ? rows.readOperation(row, this.#vault, (key, text) => this.#parsed.of(key, text)) : null;
    this.#latest = { id, revision, operation };
    return operation;
  }

  operations(appliance: string, limit: number): Operation[] {
    return this.#connection
      .all('SELECT * FROM operation WHERE appliance = ? ORDER BY sequence_number DESC LIMIT ?', appliance, limit)
      .map((row) => rows.readOperation(row, this.#vault));
  }

  operationCounts(appliance: string): { kind: OperationKind; state: OperationState; count: number }[] {
    return this.#connection
      .all(
        `SELECT kind, state, COUNT(*) AS count FROM operation WHERE appliance = ? AND state <> 'running'
         GROUP BY kind, state ORDER BY kind, state`,
        appliance,
      )
      .map(rows.readOperationCount);
  }

  disproving(appliance: string): Operation[] {
    return this.#connection
      .all(
        `SELECT * FROM operation WHERE appliance = ? AND json_extract(facts, '$.disproved') IS NOT NULL
         ORDER BY sequence_number DESC`,
        appliance,
      )
      .map((row) => rows.readOperation(row, this.#vault));
  }

  unfinished(): Operation[] {
    return this.#connection
      .all("SELECT * FROM operation WHERE state = 'running' ORDER BY sequence_number")
      .map((row) => rows.readOperation(row, this.#vault));
  }

  record(entry: Omit<JournalEntry, 'sequenceNumber' | 'message'> & { message?: string }): JournalEntry {
    return this.#connection.transaction(() => this.#insertEntry(entry));
  }

  entries(operation: OperationId): JournalEntry[] {
    return this.#connection
      .all('SELECT * FROM entry WHERE operation = ? ORDER BY sequence_number', operation)
      .map(rows.readEntry);
  }

  learn(id: OperationId, facts: Partial<OperationFacts>): void {
    this.#connection.transaction(() => {
      const operation = this.#mustRead(id);
      const merged = writeFacts({ ...operation.facts, ...facts }, operation.appliance, this.#vault);
      this.#connection.run('UPDATE operation SET facts = ? WHERE id = ?', merged, id);
    });
  }

  countRecovery(id: OperationId): number {
    return this.#connection.transaction(() => {
      this.#connection.run('UPDATE operation SET recoveries = recoveries + 1 WHERE id = ?', id);
      return this.#mustRead(id).recoveries;
    });
  }

  commit(id: OperationId, step: string, at: Date, confirmation?: Deadline & { windowMs: number }): void {
    this.#connection.transaction(() => {
      const operation = this.#mustRead(id);
      const [from, to] = [this.release(operation.from), this.release(operation.to)];
      if (!from || !to) throw new BelayError('internal', `Operation ${id} names a release that is not in the journal.`);
      const left = ROLLING_BACK.includes(operation.kind) ? 'rolled-back' : 'superseded';
      if (from.id !== to.id) this.#connection.run('UPDATE release SET status = ? WHERE id = ?', left, from.id);
      this.#connection.run("UPDATE release SET status = 'active' WHERE id = ?", to.id);
      if (operation.kind === 'install') this.#insertAppliance(to, at, operation.facts.install?.policy);
      else this.#connection.run('UPDATE appliance SET active = ? WHERE name = ?', to.id, operation.appliance);
      if (operation.kind === 'install') this.#connection.run("UPDATE slot SET state = 'live' WHERE id = ?", to.slot);
      if (from.slot !== to.slot) {
        this.#connection.run(
          "UPDATE slot SET state = 'frozen', frozen_at = ? WHERE id = ? AND state = 'live'",
          at.toISOString(),
          from.slot,
        );
        this.#connection.run("UPDATE slot SET state = 'live', frozen_at = NULL WHERE id = ?", to.slot);
      }
      this.confirmations.commit(operation, at, confirmation ?? null);
      this.#insertEntry({ operation: id, step, phase: 'done', at });
    });
  }

  finish(id: OperationId, state: Exclude<OperationState, 'running'>, reason: string | null, at: Date): void {
    this.#connection.transaction(() => {
      const operation = this.#mustRead(id);
      this.#connection.run(
        "UPDATE operation SET state = ?, reason = ?, ended_at = ? WHERE id = ? AND state = 'running'",
        state,
        reason,
        at.toISOString(),
        id,
      );
      const to = this.release(operation.to);
      // What was only rehearsed stays unlisted.
      const fails = operation.kind !== 'rehearsal';
      if (fails)
        this.#connection.run(
          "UPDATE release SET status = 'failed' WHERE id = ? AND status = 'candidate'",
          operation.to,
        );
      // Also where the operation ended before the clone was begun. Where going back failed, it may be there.
      if (to && state !== 'needs-attention') {
        this.#connection.run("UPDATE slot SET state = 'discarded' WHERE id = ? AND state = 'preparing'", to.slot);
      }
    });
  }

  /** How many migrations a release of Belay has to know to open it. */
  get formatNeeded(): number {
    return formatNeededBy(this.#connection.database);
  }

  /** Copies the journal beside itself, verified; the oldest copies beyond the last ten go. */
  backup(): Promise<void> {
    return keepCopy(this.#connection.database, this.#path);
  }

  /** What is wrong with the record, a sentence each: its pages and what it says. */
  problems(): string[] {
    return recordProblems(this.#connection.database);
  }

  knowledge(): JournalKnowledge {
    return knowledgeOf(this.#connection.database);
  }

  close(): void {
    this.#connection.database.close();
  }

  #insertAppliance(first: Release, at: Date, policy: Policy | undefined): void {
    this.#connection.run(
      'INSERT INTO appliance (name, active, created_at, policy) VALUES (?, ?, ?, ?)',
      first.appliance,
      first.id,
      at.toISOString(),
      policy ? writePolicy(policy, first.appliance, this.#vault) : '{}',
    );
  }

  #insertRelease(release: Release): void {
    this.#connection.run(
      `INSERT INTO release (id, appliance, version, services, slot, status, origin, copy_of, previous, by, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      release.id,
      release.appliance,
      release.version,
      writeServices(release.services, release.appliance, this.#vault),
      release.slot,
      release.status,
      release.origin,
      release.copyOf,
      release.previous,
      release.by,
      release.createdAt.toISOString(),
    );
  }

  #insertSlot(slot: Slot): void {
    this.#connection.run(
      `INSERT INTO slot (id, appliance, mounts, state, cloned_from, created_at, frozen_at, archive, imported_from)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      slot.id,
      slot.appliance,
      JSON.stringify(slot.mounts),
      slot.state,
      slot.clonedFrom,
      slot.createdAt.toISOString(),
      slot.frozenAt?.toISOString() ?? null,
      slot.archive && JSON.stringify(slot.archive),
      slot.importedFrom,
    );
  }

  #insertInstance(record: InstanceRecord): void {
    this.#connection.run(
      'INSERT OR REPLACE INTO instance VALUES (?, ?, ?)',
      record.release,
      record.service,
      record.containerId,
    );
  }

  #insertEntry(entry: Omit<JournalEntry, 'sequenceNumber' | 'message'> & { message?: string }): JournalEntry {
    const row = this.#connection.get(
      'INSERT INTO entry (operation, step, phase, at, message) VALUES (?, ?, ?, ?, ?) RETURNING *',
      entry.operation,
      entry.step,
      entry.phase,
      entry.at.toISOString(),
      entry.message ?? null,
    );
    return rows.readEntry(row as rows.Row);
  }

  #mustRead(id: OperationId): Operation {
    const operation = this.operation(id);
    if (!operation) throw new BelayError('internal', `There is no operation ${id} in the journal.`);
    return operation;
  }
}

import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { backup } from 'node:sqlite';
import { type Deadline, unconfirmed } from '../domain/confirmation.ts';
import { BelayError } from '../domain/errors.ts';
import type { OperationId, ReleaseId, SlotId } from '../domain/ids.ts';
import type { JournalEntry, Operation, OperationFacts, OperationState } from '../domain/operation.ts';
import type { Policy } from '../domain/policy.ts';
import type { Appliance, InstanceRecord, Journal, NewOperation } from '../domain/ports/journal.ts';
import type { Release } from '../domain/release.ts';
import type { Slot, SlotMount } from '../domain/slot.ts';
import { heldBy, outdated } from '../domain/takeover.ts';
import { ConfirmationTable } from './confirmation-table.ts';
import { openJournalDatabase } from './open.ts';
import * as rows from './rows.ts';

/** The journal in SQLite: the only SQL there is. Longer than most files, because the port is. */
export class SqliteJournal implements Journal {
  readonly #database: DatabaseSync;
  readonly #path: string;
  readonly #statements = new Map<string, StatementSync>();
  readonly confirmations = new ConfirmationTable({
    all: (sql, ...values) => this.#all(sql, ...values),
    run: (sql, ...values) => this.#run(sql, ...values),
  });

  constructor(path: string) {
    this.#path = path;
    this.#database = openJournalDatabase(path);
  }

  appliances(): Appliance[] {
    return this.#all('SELECT * FROM appliance ORDER BY name').map(rows.readAppliance);
  }

  appliance(name: string): Appliance | null {
    const row = this.#get('SELECT * FROM appliance WHERE name = ?', name);
    return row ? rows.readAppliance(row) : null;
  }

  adopt(release: Release, slot: Slot, instances: InstanceRecord[]): void {
    this.#transaction(() => {
      if (this.appliance(release.appliance)) {
        throw new BelayError('refused', `There is an appliance named ${release.appliance} already.`, {
          hint: 'Give it another name: adopt CONTAINER as NAME',
        });
      }
      this.#run(
        'INSERT INTO appliance (name, active, created_at) VALUES (?, ?, ?)',
        release.appliance,
        release.id,
        release.createdAt.toISOString(),
      );
      this.#insertSlot(slot);
      this.#insertRelease(release);
      for (const instance of instances) this.#insertInstance(instance);
    });
  }

  setPolicy(appliance: string, policy: Policy): void {
    this.#transaction(() => {
      this.#run('UPDATE appliance SET policy = ? WHERE name = ?', JSON.stringify(policy), appliance);
    });
  }

  release(id: ReleaseId): Release | null {
    const row = this.#get('SELECT * FROM release WHERE id = ?', id);
    return row ? rows.readRelease(row) : null;
  }

  releases(appliance: string, page = { limit: 10_000, offset: 0 }): Release[] {
    return this.#all(
      `SELECT * FROM release WHERE appliance = ? AND status <> 'candidate'
       ORDER BY sequence_number DESC LIMIT ? OFFSET ?`,
      appliance,
      page.limit,
      page.offset,
    ).map(rows.readRelease);
  }

  slot(id: SlotId): Slot | null {
    const row = this.#get('SELECT * FROM slot WHERE id = ?', id);
    return row ? rows.readSlot(row) : null;
  }

  slots(appliance: string): Slot[] {
    return this.#all('SELECT * FROM slot WHERE appliance = ? ORDER BY created_at', appliance).map(rows.readSlot);
  }

  updateSlotMount(id: SlotId, mount: SlotMount): void {
    this.#transaction(() => {
      const slot = this.slot(id);
      if (!slot) throw new BelayError('internal', `There is no slot ${id} in the journal.`);
      const others = slot.mounts.filter(({ key }) => key !== mount.key);
      const mounts = [...others, mount].sort((a, b) => a.key.localeCompare(b.key));
      this.#run('UPDATE slot SET mounts = ? WHERE id = ?', JSON.stringify(mounts), id);
    });
  }

  discardSlot(id: SlotId): void {
    this.#transaction(() => {
      this.#run("UPDATE slot SET state = 'discarded' WHERE id = ? AND state = 'preparing'", id);
    });
  }

  instances(release: ReleaseId): InstanceRecord[] {
    return this.#all('SELECT * FROM instance WHERE release = ? ORDER BY service', release).map(rows.readInstance);
  }

  recordInstance(record: InstanceRecord): void {
    this.#transaction(() => this.#insertInstance(record));
  }

  forgetInstance(record: InstanceRecord): void {
    this.#transaction(() => {
      this.#run('DELETE FROM instance WHERE release = ? AND service = ?', record.release, record.service);
    });
  }

  updateCandidate(release: Release): void {
    this.#transaction(() => {
      this.#run(
        "UPDATE release SET services = ? WHERE id = ? AND status = 'candidate'",
        JSON.stringify(release.services),
        release.id,
      );
    });
  }

  begin(operation: NewOperation, at: Date): Operation {
    return this.#transaction(() => {
      const holder = this.#get(
        "SELECT * FROM operation WHERE appliance = ? AND state = 'running'",
        operation.appliance,
      );
      if (holder) throw heldBy(rows.readOperation(holder));
      // A plan takes a while, and another operation may have begun and ended in between.
      if (this.appliance(operation.appliance)?.active !== operation.from) throw outdated(operation.appliance);
      const waiting = this.confirmations.pendingOf(operation.appliance);
      if (waiting && operation.kind !== 'rollback') {
        throw unconfirmed(operation.appliance, this.release(waiting.release)?.version ?? waiting.release);
      }
      if (operation.slot) this.#insertSlot(operation.slot);
      this.#insertRelease(operation.to);
      this.#run(
        `INSERT INTO operation (id, kind, appliance, from_release, to_release, by, state, steps, facts, started_at)
         VALUES (?, ?, ?, ?, ?, ?, 'running', ?, ?, ?)`,
        operation.id,
        operation.kind,
        operation.appliance,
        operation.from,
        operation.to.id,
        operation.by,
        JSON.stringify(operation.steps),
        JSON.stringify(operation.facts ?? {}),
        at.toISOString(),
      );
      return this.#mustRead(operation.id);
    });
  }

  operation(id: OperationId): Operation | null {
    const row = this.#get('SELECT * FROM operation WHERE id = ?', id);
    return row ? rows.readOperation(row) : null;
  }

  operations(appliance: string, limit: number): Operation[] {
    return this.#all(
      'SELECT * FROM operation WHERE appliance = ? ORDER BY sequence_number DESC LIMIT ?',
      appliance,
      limit,
    ).map(rows.readOperation);
  }

  unfinished(): Operation[] {
    return this.#all("SELECT * FROM operation WHERE state = 'running' ORDER BY sequence_number").map(
      rows.readOperation,
    );
  }

  record(entry: Omit<JournalEntry, 'sequenceNumber' | 'message'> & { message?: string }): JournalEntry {
    return this.#transaction(() => this.#insertEntry(entry));
  }

  entries(operation: OperationId): JournalEntry[] {
    return this.#all('SELECT * FROM entry WHERE operation = ? ORDER BY sequence_number', operation).map(rows.readEntry);
  }

  learn(id: OperationId, facts: Partial<OperationFacts>): void {
    this.#transaction(() => {
      const merged = { ...this.#mustRead(id).facts, ...facts };
      this.#run('UPDATE operation SET facts = ? WHERE id = ?', JSON.stringify(merged), id);
    });
  }

  countRecovery(id: OperationId): number {
    return this.#transaction(() => {
      this.#run('UPDATE operation SET recoveries = recoveries + 1 WHERE id = ?', id);
      return this.#mustRead(id).recoveries;
    });
  }

  commit(id: OperationId, step: string, at: Date, confirmation?: Deadline & { windowMs: number }): void {
    this.#transaction(() => {
      const operation = this.#mustRead(id);
      const [from, to] = [this.release(operation.from), this.release(operation.to)];
      if (!from || !to) throw new BelayError('internal', `Operation ${id} names a release that is not in the journal.`);
      const left = operation.kind === 'rollback' ? 'rolled-back' : 'superseded';
      this.#run('UPDATE release SET status = ? WHERE id = ?', left, from.id);
      this.#run("UPDATE release SET status = 'active' WHERE id = ?", to.id);
      this.#run('UPDATE appliance SET active = ? WHERE name = ?', to.id, operation.appliance);
      if (from.slot !== to.slot) {
        this.#run(
          "UPDATE slot SET state = 'frozen', frozen_at = ? WHERE id = ? AND state = 'live'",
          at.toISOString(),
          from.slot,
        );
        this.#run("UPDATE slot SET state = 'live', frozen_at = NULL WHERE id = ?", to.slot);
      }
      this.confirmations.commit(operation, at, confirmation ?? null);
      this.#insertEntry({ operation: id, step, phase: 'done', at });
    });
  }

  finish(id: OperationId, state: Exclude<OperationState, 'running'>, reason: string | null, at: Date): void {
    this.#transaction(() => {
      const operation = this.#mustRead(id);
      this.#run(
        "UPDATE operation SET state = ?, reason = ?, ended_at = ? WHERE id = ? AND state = 'running'",
        state,
        reason,
        at.toISOString(),
        id,
      );
      this.#run("UPDATE release SET status = 'failed' WHERE id = ? AND status = 'candidate'", operation.to);
    });
  }

  /** Copies the journal beside itself; what `journal-unusable` tells people to put back. */
  async backup(): Promise<void> {
    await backup(this.#database, `${this.#path}.backup`);
  }

  close(): void {
    this.#database.close();
  }

  #insertRelease(release: Release): void {
    this.#run(
      `INSERT INTO release (id, appliance, version, services, slot, status, origin, copy_of, previous, by, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      release.id,
      release.appliance,
      release.version,
      JSON.stringify(release.services),
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
    this.#run(
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
    this.#run('INSERT OR REPLACE INTO instance VALUES (?, ?, ?)', record.release, record.service, record.containerId);
  }

  #insertEntry(entry: Omit<JournalEntry, 'sequenceNumber' | 'message'> & { message?: string }): JournalEntry {
    const row = this.#get(
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

  #transaction<T>(work: () => T): T {
    return this.#guarded(() => {
      this.#database.exec('BEGIN IMMEDIATE');
      try {
        const result = work();
        this.#database.exec('COMMIT');
        return result;
      } catch (error) {
        if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
        throw error;
      }
    });
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #get(sql: string, ...values: SQLInputValue[]): rows.Row | undefined {
    return this.#guarded(() => this.#prepare(sql).get(...values));
  }

  #all(sql: string, ...values: SQLInputValue[]): rows.Row[] {
    return this.#guarded(() => this.#prepare(sql).all(...values));
  }

  #run(sql: string, ...values: SQLInputValue[]): void {
    this.#guarded(() => this.#prepare(sql).run(...values));
  }

  #guarded<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (error instanceof BelayError) throw error;
      throw new BelayError('journal-unusable', `The journal ${this.#path} failed: ${(error as Error).message}.`, {
        hint: 'Look at the disk that holds it (full, read-only, damaged). The appliance itself goes on running.',
        cause: error,
      });
    }
  }
}

import type { OperationId } from '../domain/ids.ts';
import type { Delivery, Notice, NoticeTarget } from '../domain/notice.ts';
import type { Operation, OperationState } from '../domain/operation.ts';
import type { Notices } from '../domain/ports/notices.ts';
import type { Statements } from './confirmation-table.ts';
import { type Row, readOperation } from './rows.ts';
import type { Vault } from './vault.ts';

/** So many that have ended are remembered of an appliance. */
const REMEMBERED = 500;
const DUE_AT_ONCE = 100;

interface NoticeStatements extends Statements {
  transaction<Result>(work: () => Result): Result;
}

/** The rows of notices on their way. */
export class NoticeTable implements Notices {
  readonly #database: NoticeStatements;
  readonly #vault: Vault;

  constructor(database: NoticeStatements, vault: Vault) {
    this.#database = database;
    this.#vault = vault;
  }

  untold(): Operation[] {
    return this.#database
      .all('SELECT * FROM operation WHERE told <> state ORDER BY sequence_number')
      .map((row) => readOperation(row, this.#vault));
  }

  tell(operation: OperationId, state: OperationState, notice: Notice, targets: readonly NoticeTarget[]): void {
    this.#database.transaction(() => {
      this.#database.run('UPDATE operation SET told = ? WHERE id = ?', state, operation);
      this.#insert(notice, targets);
    });
  }

  add(notice: Notice, targets: readonly NoticeTarget[]): void {
    this.#database.transaction(() => this.#insert(notice, targets));
  }

  due(at: Date, beyond: Date): Delivery[] {
    return this.#database
      .all(
        "SELECT * FROM notice WHERE state = 'waiting' AND (next_at <= ? OR next_at >= ?) ORDER BY next_at LIMIT ?",
        at.toISOString(),
        beyond.toISOString(),
        DUE_AT_ONCE,
      )
      .map(readDelivery);
  }

  delivered(sequenceNumber: number, at: Date): void {
    this.#database.run(
      `UPDATE notice SET state = 'delivered', attempts = attempts + 1, next_at = NULL, error = NULL, ended_at = ?
       WHERE sequence_number = ? AND state = 'waiting'`,
      at.toISOString(),
      sequenceNumber,
    );
  }

  failed(sequenceNumber: number, { error, at, nextAt }: { error: string; at: Date; nextAt: Date | null }): void {
    this.#database.run(
      `UPDATE notice SET state = ?, attempts = attempts + 1, next_at = ?, error = ?, ended_at = ?
       WHERE sequence_number = ? AND state = 'waiting'`,
      nextAt ? 'waiting' : 'given-up',
      nextAt?.toISOString() ?? null,
      error,
      nextAt ? null : at.toISOString(),
      sequenceNumber,
    );
  }

  deliveries(appliance: string, limit: number): Delivery[] {
    return this.#database
      .all('SELECT * FROM notice WHERE appliance = ? ORDER BY sequence_number DESC LIMIT ?', appliance, limit)
      .map(readDelivery);
  }

  counts(appliance: string): { state: Delivery['state']; count: number }[] {
    return this.#database
      .all('SELECT state, COUNT(*) AS count FROM notice WHERE appliance = ? GROUP BY state ORDER BY state', appliance)
      .map((row) => ({ state: row.state as Delivery['state'], count: row.count as number }));
  }

  #insert(notice: Notice, targets: readonly NoticeTarget[]): void {
    for (const target of targets) {
      this.#database.run(
        `INSERT INTO notice (appliance, target, notice, state, attempts, next_at, created_at)
         VALUES (?, ?, ?, 'waiting', 0, ?, ?)`,
        notice.appliance,
        target,
        JSON.stringify(notice),
        notice.at,
        notice.at,
      );
    }
    this.#database.run(
      `DELETE FROM notice WHERE appliance = ? AND state <> 'waiting' AND sequence_number <
         (SELECT MAX(sequence_number) FROM notice) - ?`,
      notice.appliance,
      REMEMBERED,
    );
  }
}

const date = (value: unknown) => (value === null ? null : new Date(value as string));

const readDelivery = (row: Row): Delivery => ({
  sequenceNumber: row.sequence_number as number,
  target: row.target as string,
  notice: JSON.parse(row.notice as string),
  state: row.state as Delivery['state'],
  attempts: row.attempts as number,
  nextAt: date(row.next_at),
  error: row.error as string | null,
  createdAt: new Date(row.created_at as string),
  endedAt: date(row.ended_at),
});

import type { SQLInputValue } from 'node:sqlite';
import type { Confirmation, Deadline } from '../domain/confirmation.ts';
import type { OperationId } from '../domain/ids.ts';
import type { Operation } from '../domain/operation.ts';
import type { Confirmations } from '../domain/ports/confirmations.ts';
import type { Row } from './rows.ts';

/** What the journal lends to the tables that have a file of their own. */
export interface Statements {
  all(sql: string, ...values: SQLInputValue[]): Row[];
  run(sql: string, ...values: SQLInputValue[]): void;
}

/** The rows of releases that have to be confirmed. */
export class ConfirmationTable implements Confirmations {
  readonly #database: Statements;

  constructor(database: Statements) {
    this.#database = database;
  }

  pending(): Confirmation[] {
    return this.#database.all("SELECT * FROM confirmation WHERE state = 'pending'").map(readConfirmation);
  }

  pendingOf(appliance: string): Confirmation | null {
    return this.pending().find((each) => each.appliance === appliance) ?? null;
  }

  ofOperation(operation: OperationId): Confirmation | null {
    const [row] = this.#database.all('SELECT * FROM confirmation WHERE operation = ?', operation);
    return row ? readConfirmation(row) : null;
  }

  move(operation: OperationId, { dueAt, bootId, dueSinceBootMs }: Deadline): void {
    this.#database.run(
      "UPDATE confirmation SET due_at = ?, boot_id = ?, due_since_boot_ms = ? WHERE operation = ? AND state = 'pending'",
      dueAt.toISOString(),
      bootId,
      dueSinceBootMs,
      operation,
    );
  }

  confirm(operation: OperationId, by: string, at: Date): void {
    this.#database.run(
      "UPDATE confirmation SET state = 'confirmed', ended_by = ?, ended_at = ? WHERE operation = ? AND state = 'pending'",
      by,
      at.toISOString(),
      operation,
    );
  }

  /** For the transaction of a commit: what was pending is left, and the new release may have to be confirmed. */
  commit(operation: Operation, at: Date, asked: (Deadline & { windowMs: number }) | null): void {
    this.#database.run(
      "UPDATE confirmation SET state = 'reverted', ended_by = ?, ended_at = ? WHERE appliance = ? AND state = 'pending'",
      operation.by,
      at.toISOString(),
      operation.appliance,
    );
    if (!asked) return;
    this.#database.run(
      `INSERT INTO confirmation (operation, appliance, release, window_ms, due_at, boot_id, due_since_boot_ms, state)
       VALUES (?, ?, ?, ?, ?, ?, ?, 'pending')`,
      operation.id,
      operation.appliance,
      operation.to,
      asked.windowMs,
      asked.dueAt.toISOString(),
      asked.bootId,
      asked.dueSinceBootMs,
    );
  }
}

const readConfirmation = (row: Row): Confirmation => ({
  operation: row.operation as string,
  appliance: row.appliance as string,
  release: row.release as string,
  windowMs: row.window_ms as number,
  dueAt: new Date(row.due_at as string),
  bootId: row.boot_id as string,
  dueSinceBootMs: row.due_since_boot_ms as number,
  state: row.state as Confirmation['state'],
  endedBy: row.ended_by as string | null,
  endedAt: row.ended_at === null ? null : new Date(row.ended_at as string),
});

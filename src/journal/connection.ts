import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { BelayError } from '../domain/errors.ts';
import { journalFailure, troubleOf } from './failures.ts';
import { proveWritable } from './open.ts';
import type { Row } from './rows.ts';

/** A database with its statements, and what keeps it from being written. */
export class JournalConnection {
  readonly database: DatabaseSync;
  readonly #path: string;
  readonly #statements = new Map<string, StatementSync>();
  readonly #isReadOnly: boolean;
  #trouble: BelayError | null;
  #revision = 0;

  /** `trouble` is given where the database was opened for reading only. */
  constructor(database: DatabaseSync, path: string, trouble: BelayError | null) {
    this.database = database;
    this.#path = path;
    this.#trouble = trouble;
    this.#isReadOnly = trouble !== null;
  }

  /** Why nothing can be written; null while all is well. Damage stays, a full disk passes. */
  get trouble(): BelayError | null {
    return this.#trouble;
  }

  /** Another one whenever something may have been written: what was read at the same revision is what is there. */
  get revision(): number {
    return this.#revision;
  }

  /** Writes something that changes nothing. */
  proveWritable(): void {
    this.#written(() => proveWritable(this.database));
  }

  transaction<T>(work: () => T): T {
    return this.#written(() => {
      this.database.exec('BEGIN IMMEDIATE');
      try {
        const result = work();
        this.database.exec('COMMIT');
        return result;
      } catch (error) {
        if (this.database.isTransaction) this.database.exec('ROLLBACK');
        this.#revision += 1;
        throw error;
      }
    });
  }

  get(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.#guarded(() => this.#prepare(sql).get(...values));
  }

  all(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#guarded(() => this.#prepare(sql).all(...values));
  }

  run(sql: string, ...values: SQLInputValue[]): void {
    this.#revision += 1;
    this.#guarded(() => this.#prepare(sql).run(...values));
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #written<T>(work: () => T): T {
    if (this.#trouble && (this.#isReadOnly || troubleOf(this.#trouble) === 'damaged')) throw this.#trouble;
    const result = this.#guarded(work);
    this.#trouble = null;
    return result;
  }

  #guarded<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      const meant = journalFailure(error, this.#path);
      if (troubleOf(meant)) this.#trouble = meant as BelayError;
      throw meant;
    }
  }
}

import {
  chmodSync,
  closeSync,
  existsSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { BelayError } from '../domain/errors.ts';
import { journalFailure, unusable } from './failures.ts';
import { companionsOf, flushFile, hasTraces, markerOf } from './places.ts';
import { APPLICATION_ID, MIGRATIONS, ONLY_ADDING } from './schema.ts';

const HEADER = 'SQLite format 3\0';

/** SQLite takes a file of 0 bytes for a new database: an emptied journal would read as "no appliances". */
export function refuseForeignFile(path: string): void {
  if (statSync(path).size === 0) throw unusable('empty', `The journal ${path} is empty, where a record should be.`);
  const header = Buffer.alloc(HEADER.length);
  const file = openSync(path, 'r');
  try {
    readSync(file, header, 0, header.length, 0);
  } finally {
    closeSync(file);
  }
  if (header.toString('latin1') !== HEADER) {
    throw unusable('damaged', `The journal ${path} is damaged or not a journal.`);
  }
}

const pragma = (database: DatabaseSync, name: string): unknown =>
  Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0];

/** How many migrations a release has to know to open what this one writes. */
const MUST_BE_KNOWN = MIGRATIONS.map((_, index) => index + 1).findLast((number) => !ONLY_ADDING.has(number)) ?? 0;

/** How many migrations a release has to know to open this journal. */
export function formatNeededBy(database: DatabaseSync): number {
  const version = pragma(database, 'user_version') as number;
  try {
    return (database.prepare('SELECT must_be_known FROM compatibility').get()?.['must_be_known'] as number) ?? version;
  } catch {
    return version; // from before there was such a table
  }
}

export function migrate(database: DatabaseSync): void {
  const version = pragma(database, 'user_version') as number;
  for (let next = version; next < MIGRATIONS.length; next++) {
    database.exec('BEGIN IMMEDIATE');
    database.exec(MIGRATIONS[next] as string);
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
    database.exec(`PRAGMA user_version = ${next + 1}`);
    if (next + 1 === MIGRATIONS.length) {
      database.prepare('UPDATE compatibility SET must_be_known = max(must_be_known, ?)').run(MUST_BE_KNOWN);
    }
    database.exec('COMMIT');
  }
}

/** Whose file it is, of which release, and whether its pages hang together. Throws `journal-unusable`. */
export function refuseUnsound(database: DatabaseSync, path: string): void {
  if (pragma(database, 'application_id') !== APPLICATION_ID) {
    throw unusable('foreign', `The journal ${path} belongs to another program.`);
  }
  const isLater = (pragma(database, 'user_version') as number) > MIGRATIONS.length;
  if (isLater && formatNeededBy(database) > MIGRATIONS.length) {
    throw unusable('newer', `The journal ${path} was written by a later release of Belay.`);
  }
  const verdict = pragma(database, 'quick_check');
  if (verdict !== 'ok') {
    throw unusable('damaged', `The journal ${path} is damaged (${String(verdict).split('\n').at(-1)}).`);
  }
}

/** SQLite opens what it cannot write without a word, and finds a full disk at the first write only. */
export function proveWritable(database: DatabaseSync): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    database.exec(`PRAGMA user_version = ${pragma(database, 'user_version')}`);
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

/** Under another name first: a start that is cut off leaves nothing that would pass for a journal. */
function create(path: string): void {
  const unfinished = `${path}.unfinished`;
  for (const each of [unfinished, `${unfinished}-journal`, ...companionsOf(unfinished)]) rmSync(each, { force: true });
  const database = new DatabaseSync(unfinished);
  try {
    migrate(database);
  } finally {
    database.close();
  }
  chmodSync(unfinished, 0o600);
  flushFile(unfinished);
  renameSync(unfinished, path);
  flushFile(path);
}

/**
 * Opens the journal at `path` for writing. It is created only where there has never been one. An empty,
 * damaged, foreign or lost one is refused with `journal-unusable` and left as it is, as is one on a disk that
 * is full or read-only.
 */
export function openJournalDatabase(path: string): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    if (!existsSync(path)) {
      if (hasTraces(path)) throw unusable('lost', `The journal ${path} is gone, where one has been.`);
      create(path);
    }
    refuseForeignFile(path);
    database = new DatabaseSync(path, { timeout: 5_000 });
    database.exec('PRAGMA journal_mode = WAL');
    // NORMAL loses acknowledged transactions in a power cut.
    database.exec('PRAGMA synchronous = FULL');
    // Small and often: what is left of a small disk is not eaten by the log.
    database.exec('PRAGMA wal_autocheckpoint = 100');
    refuseUnsound(database, path);
    migrate(database);
    proveWritable(database);
    if (!existsSync(markerOf(path))) {
      writeFileSync(markerOf(path), 'There is a journal beside this file. If there is none, it has been lost.\n');
      flushFile(markerOf(path));
    }
    return database;
  } catch (error) {
    try {
      database?.close();
    } catch {
      // What it could not write before, it cannot write now.
    }
    throw failureOf(error, path);
  }
}

function failureOf(error: unknown, path: string): unknown {
  const meant = journalFailure(error, path);
  if (meant instanceof BelayError) return meant;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EROFS') return unusable('read-only', `The journal ${path} cannot be written: read-only.`, error);
  if (code === 'ENOSPC') return unusable('no-space', `The journal ${path} cannot be written: no space is left.`, error);
  return unusable('disk-failed', `The journal ${path} cannot be used: ${message}.`, error);
}

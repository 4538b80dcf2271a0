import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { BelayError } from '../domain/errors.ts';
import { APPLICATION_ID, MIGRATIONS } from './schema.ts';

const HEADER = 'SQLite format 3\0';

const unusable = (path: string, what: string, cause?: unknown) =>
  new BelayError('journal-unusable', `The journal ${path} ${what}.`, {
    hint: `Do not delete it. Put back the copy ${path}.backup, or move both aside to begin anew without a history.`,
    cause,
  });

// SQLite takes a file of 0 bytes for a new database: an emptied journal would read as "no appliances".
function refuseForeignFile(path: string): void {
  if (statSync(path).size === 0) throw unusable(path, 'is empty, where a record should be');
  const header = Buffer.alloc(HEADER.length);
  const file = openSync(path, 'r');
  try {
    readSync(file, header, 0, header.length, 0);
  } finally {
    closeSync(file);
  }
  if (header.toString('latin1') !== HEADER) throw unusable(path, 'is damaged or not a journal');
}

const pragma = (database: DatabaseSync, name: string): unknown =>
  Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0];

function migrate(database: DatabaseSync, path: string, isNew: boolean): void {
  const applicationId = pragma(database, 'application_id');
  if (!isNew && applicationId !== APPLICATION_ID) throw unusable(path, 'belongs to another program');
  const version = pragma(database, 'user_version') as number;
  if (version > MIGRATIONS.length) throw unusable(path, 'was written by a later release of Belay');
  for (let next = version; next < MIGRATIONS.length; next++) {
    database.exec('BEGIN IMMEDIATE');
    database.exec(MIGRATIONS[next] as string);
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
    database.exec(`PRAGMA user_version = ${next + 1}`);
    database.exec('COMMIT');
  }
}

/**
 * Opens the journal at `path`, creating it only where there is no file at all. An empty, damaged or
 * foreign file is refused with `journal-unusable` and left as it is.
 */
export function openJournalDatabase(path: string): DatabaseSync {
  const isNew = !existsSync(path);
  if (isNew && existsSync(`${path}.backup`)) throw unusable(path, 'is gone, though its copy is there');
  if (!isNew) refuseForeignFile(path);
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { timeout: 5_000 });
    database.exec('PRAGMA journal_mode = WAL');
    // NORMAL loses acknowledged transactions in a power cut.
    database.exec('PRAGMA synchronous = FULL');
    migrate(database, path, isNew);
    const verdict = pragma(database, 'quick_check');
    if (verdict !== 'ok') throw unusable(path, `is damaged (${String(verdict).split('\n')[0]})`);
    return database;
  } catch (error) {
    database?.close();
    if (error instanceof BelayError) throw error;
    throw unusable(path, `cannot be used: ${(error as Error).message}`, error);
  }
}

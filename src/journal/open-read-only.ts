import { copyFileSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { journalFailure, unusable } from './failures.ts';
import { migrate, refuseForeignFile, refuseUnsound } from './open.ts';
import { MIGRATIONS } from './schema.ts';

/**
 * Opens a journal, or a copy of one, without writing anything beside it. `immutable=1` is for a file that nobody
 * writes and whose log is empty; a log that could not be written back is read together with it. Throws
 * `journal-unusable`.
 */
export function openReadOnly(path: string): DatabaseSync {
  if (!existsSync(path)) throw unusable('lost', `There is no journal at ${path}.`);
  refuseForeignFile(path);
  let database: DatabaseSync | undefined;
  try {
    database = hasLog(path) ? openWithLog(path) : openImmutable(path);
    refuseUnsound(database, path);
    if (!isOlder(database)) return database;
    // Its schema is brought level where it can be.
    database.close();
    database = openElsewhere(path);
    return database;
  } catch (error) {
    database?.close();
    throw journalFailure(error, path);
  }
}

function isOlder(database: DatabaseSync): boolean {
  const [version] = Object.values(database.prepare('PRAGMA user_version').get() ?? {});
  return (version as number) < MIGRATIONS.length;
}

const hasLog = (path: string): boolean => (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;

function openImmutable(path: string): DatabaseSync {
  const location = pathToFileURL(path);
  location.searchParams.set('immutable', '1');
  return new DatabaseSync(location, { readOnly: true });
}

function openWithLog(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    database.prepare('SELECT count(*) FROM sqlite_schema').get();
    return database;
  } catch {
    // Without the index of its log, which cannot be made there, it is read from a place where it can.
    database.close();
    return openElsewhere(path);
  }
}

function openElsewhere(path: string): DatabaseSync {
  const directory = mkdtempSync(join(tmpdir(), 'belay-journal-'));
  try {
    const twin = join(directory, 'journal.db');
    copyFileSync(path, twin);
    if (hasLog(path)) copyFileSync(`${path}-wal`, `${twin}-wal`);
    const database = new DatabaseSync(twin);
    migrate(database);
    database.exec('PRAGMA query_only = ON');
    return database;
  } finally {
    // Open files outlive their names.
    rmSync(directory, { recursive: true, force: true });
  }
}

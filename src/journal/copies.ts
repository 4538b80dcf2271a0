import { chmodSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { backup, type DatabaseSync } from 'node:sqlite';
import { toBelayError } from '../domain/errors.ts';
import type { JournalCopy, JournalKnowledge } from '../domain/journal-report.ts';
import { openReadOnly } from './open-read-only.ts';
import { copiesDirectoryOf, flushFile } from './places.ts';

const KEPT_COPIES = 10;
const NAME = /^copy-(\d{6})-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z\.db$/;
/** What the entries of one operation may take, with its log. */
const OPERATION_BYTES = 256 * 1024;

interface CopyFile {
  number: number;
  takenAt: string;
  path: string;
}

/** Newest first. Their order is their number's: a clock may have been wrong. */
function copyFiles(path: string): CopyFile[] {
  const directory = copiesDirectoryOf(path);
  return names(directory)
    .flatMap((name): CopyFile[] => {
      const [, number, ...time] = NAME.exec(name) ?? [];
      if (number === undefined) return [];
      const takenAt = `${time.slice(0, 3).join('-')}T${time.slice(3).join(':')}Z`;
      return [{ number: Number(number), takenAt, path: join(directory, name) }];
    })
    .sort((a, b) => b.number - a.number);
}

function names(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

let last: Promise<unknown> = Promise.resolve();

/** One after the other: two operations may end at the same time. */
export function keepCopy(database: DatabaseSync, path: string): Promise<void> {
  const next = last.catch(() => {}).then(() => writeCopy(database, path));
  last = next;
  return next;
}

async function writeCopy(database: DatabaseSync, path: string): Promise<void> {
  const directory = copiesDirectoryOf(path);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const unfinished = join(directory, 'unfinished');
  const earlier = copyFiles(path);
  try {
    rmSync(unfinished, { force: true });
    await backup(database, unfinished);
    chmodSync(unfinished, 0o600);
    openReadOnly(unfinished).close();
    flushFile(unfinished);
    const number = String((earlier[0]?.number ?? 0) + 1).padStart(6, '0');
    const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
    const copy = join(directory, `copy-${number}-${time}.db`);
    renameSync(unfinished, copy);
    flushFile(copy);
  } finally {
    rmSync(unfinished, { force: true });
    rmSync(`${unfinished}-journal`, { force: true });
  }
  // Only now that a newer one has been read back.
  for (const { path: old } of earlier.slice(KEPT_COPIES - 1)) rmSync(old, { force: true });
}

/** Newest first, each opened and looked at. */
export function listCopies(path: string): JournalCopy[] {
  return copyFiles(path).map((file) => {
    const base = { number: file.number, takenAt: file.takenAt, path: file.path, sizeBytes: sizeOf(file.path) };
    try {
      const database = openReadOnly(file.path);
      try {
        return { ...base, problem: null, knows: knowledgeOf(database) };
      } finally {
        database.close();
      }
    } catch (error) {
      return { ...base, problem: toBelayError(error).message, knows: null };
    }
  });
}

/** How much is in a record, and the last thing that it knows of. */
export function knowledgeOf(database: DatabaseSync): JournalKnowledge {
  const count = (table: string) => (database.prepare(`SELECT count(*) AS n FROM ${table}`).get() as { n: number }).n;
  const newest = database
    .prepare(
      `SELECT operation.id, kind, operation.appliance, state, coalesce(ended_at, started_at) AS at,
         (SELECT version FROM release WHERE release.id = to_release) AS version
       FROM operation ORDER BY sequence_number DESC LIMIT 1`,
    )
    .get() as NonNullable<JournalKnowledge['lastOperation']> | undefined;
  return {
    appliances: count('appliance'),
    releases: count('release'),
    operations: count('operation'),
    lastOperation: newest ? { ...newest } : null,
  };
}

/** The journal itself twice over (its log, its next copy), and what an operation adds. */
export function footprintOf(path: string): { directory: string; neededBytes: number } {
  return { directory: dirname(path), neededBytes: OPERATION_BYTES + 2 * sizeOf(path) };
}

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

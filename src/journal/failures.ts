import { accessSync, constants, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { BelayError } from '../domain/errors.ts';

/**
 * Why a journal cannot be used, in `details.kind` of a `journal-unusable` error. The first group may pass and
 * leaves the record readable; the second is about the record itself.
 */
export type JournalTrouble =
  | 'read-only'
  | 'no-space'
  | 'disk-failed'
  | 'damaged'
  | 'empty'
  | 'foreign'
  | 'newer'
  | 'lost';

const PASSING: readonly JournalTrouble[] = ['read-only', 'no-space', 'disk-failed'];
const GOES_ON = 'Then the daemon goes on by itself.';
const CHECK = 'See what is wrong, and which copies there are: journal check';

/** Below this SQLite cannot make the files that it needs beside a journal. */
const FULL_BELOW_BYTES = 64 * 1024;

const HINTS: Record<JournalTrouble, string> = {
  'read-only': `Make it writable again (mount -o remount,rw). ${GOES_ON}`,
  'no-space': `Free some space there. ${GOES_ON}`,
  'disk-failed': `Look for disk errors: dmesg. ${GOES_ON}`,
  damaged: CHECK,
  empty: CHECK,
  foreign: CHECK,
  newer: 'Run that release of Belay again. To go back to a copy that this one can read: journal check',
  lost: CHECK,
};

export function unusable(kind: JournalTrouble, message: string, cause?: unknown): BelayError {
  return new BelayError('journal-unusable', message, { hint: HINTS[kind], details: { kind }, cause });
}

/** What kind of trouble an error is; null where it is none of the journal's. */
export function troubleOf(error: unknown): JournalTrouble | null {
  if (!(error instanceof BelayError) || error.code !== 'journal-unusable') return null;
  return (error.details['kind'] as JournalTrouble | undefined) ?? null;
}

/** Whether the record may still be read, and the trouble may end by itself. */
export const mayPass = (error: unknown): boolean => PASSING.includes(troubleOf(error) as JournalTrouble);

/** What an error of SQLite means for the journal at `path`. Other errors are returned as they are. */
export function journalFailure(error: unknown, path: string): unknown {
  const code = (error as { errcode?: number }).errcode;
  if (error instanceof BelayError || code === undefined) return error;
  const directory = dirname(path);
  const said = (error as Error).message;
  switch (code & 0xff) {
    case 8: // SQLITE_READONLY
      return readOnly(directory, error);
    case 13: // SQLITE_FULL
      return noSpace(directory, error);
    case 10: // SQLITE_IOERR
    case 14: // SQLITE_CANTOPEN
      if (isFull(directory)) return noSpace(directory, error);
      if (!mayWrite(directory)) return readOnly(directory, error);
      return unusable('disk-failed', `The journal ${path} cannot be used: ${said}.`, error);
    case 11: // SQLITE_CORRUPT
    case 26: // SQLITE_NOTADB
      return unusable('damaged', `The journal ${path} is damaged (${said}).`, error);
    default:
      return new BelayError('internal', `The journal ${path} failed: ${said}.`, { cause: error });
  }
}

const readOnly = (directory: string, cause: unknown) =>
  unusable('read-only', `The journal cannot be written: ${directory} is read-only.`, cause);

const noSpace = (directory: string, cause: unknown) =>
  unusable('no-space', `The journal cannot be written: no space is left in ${directory}.`, cause);

function isFull(directory: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(directory);
    return bavail * bsize < FULL_BELOW_BYTES;
  } catch {
    return false;
  }
}

/** Why nothing can be written in a directory where nothing can be. */
export const unwritable = (directory: string): BelayError =>
  isFull(directory) ? noSpace(directory, undefined) : readOnly(directory, undefined);

function mayWrite(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

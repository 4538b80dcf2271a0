import { closeSync, openSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { BelayError } from '../domain/errors.ts';
import { holderOf, isStopped, pidFileOf } from './lock-holder.ts';

const BUSY = 5; // SQLite's code

/** Held while a daemon lives; the kernel frees it when the process ends, however it ends. */
export interface DaemonLock {
  release(): void;
}

/**
 * Makes sure that one daemon works on a state directory. The lock is SQLite's own on a file beside the
 * journal. `refused`, with the holder's process id, when another one has it; null where nothing can be
 * written there, so that nobody can work on it.
 */
export function lockState(path: string): DaemonLock | null {
  try {
    // SQLite opens a file that cannot be written all the same, and then locks nothing.
    closeSync(openSync(path, 'a', 0o600));
  } catch {
    return null;
  }
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { timeout: 0 });
    database.exec('PRAGMA locking_mode = EXCLUSIVE');
    database.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    database?.close();
    if (((cause as { errcode?: number }).errcode ?? 0) % 256 !== BUSY) return null;
    throw heldBy(holderOf(path), cause);
  }
  const held = database;
  try {
    writeFileSync(pidFileOf(path), `${process.pid}\n`, { mode: 0o600 });
  } catch {
    // On a full disk the lock holds as well; only its holder's name is missing.
  }
  return { release: () => held.close() };
}

function heldBy(pid: number | null, cause: unknown): BelayError {
  const what = 'Another Belay daemon works on this state already';
  if (pid === null)
    return new BelayError('refused', `${what}.`, { hint: 'Talk to that one: belay show system', cause });
  if (!isStopped(pid)) {
    return new BelayError('refused', `${what} (process ${pid}).`, {
      hint: 'Talk to that one: belay show system',
      cause,
    });
  }
  return new BelayError('refused', `${what}, and it has been stopped by a signal (process ${pid}).`, {
    hint: `Let it go on: kill -CONT ${pid}`,
    cause,
  });
}

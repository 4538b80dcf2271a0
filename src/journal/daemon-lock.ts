import { readFileSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { BelayError } from '../domain/errors.ts';

/** Held while a daemon lives; the kernel frees it when the process ends, however it ends. */
export interface DaemonLock {
  release(): void;
}

/**
 * Makes sure that one daemon works on a state directory. The lock is SQLite's own on a file beside the
 * journal. `refused`, with the holder's process id, when another one has it.
 */
export function lockState(path: string): DaemonLock {
  const database = new DatabaseSync(path, { timeout: 0 });
  const pidFile = `${path}.pid`;
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE');
    database.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    database.close();
    throw new BelayError('refused', `Another Belay daemon works on this state already (process ${holder(pidFile)}).`, {
      hint: 'Talk to that one: belay show system',
      cause,
    });
  }
  writeFileSync(pidFile, `${process.pid}\n`, { mode: 0o600 });
  return { release: () => database.close() };
}

function holder(pidFile: string): string {
  try {
    return readFileSync(pidFile, 'utf8').trim();
  } catch {
    return 'unknown';
  }
}

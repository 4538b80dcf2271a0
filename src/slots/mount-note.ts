import { lstat, open, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { BelayError } from '../domain/errors.ts';
import type { SlotId } from '../domain/ids.ts';
import type { DirectoryLook } from '../domain/ports/slot-store.ts';
import type { DataIdentity } from '../domain/slot.ts';

/** A copy of a slot's data, beside the mount point. */
export interface Aside extends DataIdentity {
  /** Where it lies while it has not been given its name yet. */
  at?: string;
}

/**
 * Whose data lies in a directory that is a mount point. Neither its name nor its inode tells, because neither changes
 * with what is in it; so it is written down, beside it.
 */
export interface MountNote {
  /** The mounted file system's own directory: with another one mounted there, none of this holds. */
  root: DataIdentity;
  /** The slot whose data lies there whole; null while it is being exchanged, and what is there belongs to nobody. */
  lies: SlotId | null;
  /** Whether containers may use it; parked data lies there without being in place. */
  placed: boolean;
  /** Complete copies of what has lain there, by slot. */
  asides: Record<SlotId, Aside>;
  /** How it looked while it was empty. */
  look?: DirectoryLook;
}

/** `/srv/data` → `/srv/.data.belay`. */
const notePathOf = (path: string): string => join(dirname(path), `.${basename(path)}.belay`);

/** The note of a path; null where there is none. `data-missing` where it cannot be understood. */
export async function readNote(path: string): Promise<MountNote | null> {
  const at = notePathOf(path);
  const text = await readFile(at, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
    throw error;
  });
  if (text === null) return null;
  try {
    const { root, lies, placed, asides, look } = JSON.parse(text) as MountNote;
    if (typeof root.inode === 'string' && typeof placed === 'boolean' && typeof asides === 'object') {
      return { root, lies, placed, asides, ...(look ? { look } : {}) };
    }
  } catch {
    // As one that says nothing.
  }
  throw new BelayError('data-missing', `Whose data lies in ${path} cannot be told: ${at} is damaged.`, {
    hint: `It is a line of JSON that Belay has written: bring ${at} back from a backup.`,
  });
}

/** Writes the note as a whole, on disk when it returns: a power cut leaves the one before or this one. */
export async function writeNote(path: string, note: MountNote): Promise<void> {
  const at = notePathOf(path);
  const fresh = `${at}.new`;
  await rm(fresh, { force: true });
  const file = await open(fresh, 'wx', 0o600);
  try {
    await file.writeFile(`${JSON.stringify(note)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(fresh, at);
  await flushDirectory(dirname(at));
}

/** Removes the note, on disk when it returns. */
export async function removeNote(path: string): Promise<void> {
  await rm(notePathOf(path), { force: true });
  await flushDirectory(dirname(path));
}

/** Whether Belay may write to what lies in a mount point: it is a slot's that is not in place. */
export async function isParkedIn(path: string): Promise<boolean> {
  const note = await readNote(path);
  return note !== null && note.lies !== null && !note.placed;
}

/** What is at `path` now; null where nothing is. */
export async function identityAt(path: string): Promise<DataIdentity | null> {
  if (path === '') return null;
  try {
    const status = await lstat(path, { bigint: true });
    return { inode: String(status.ino), bornNs: String(status.birthtimeNs) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw error;
  }
}

/** Without it a power cut may undo what has been renamed or removed in the directory, which the journal holds for done. */
export async function flushDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

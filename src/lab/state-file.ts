import type { Disk } from './disk.ts';

/** What was written there last, or `missing` where nothing was. Throws on a file that is not JSON. */
export function readState<T>(disk: Disk, path: string, missing: T): T {
  const text = disk.read(path);
  return text === null ? missing : (JSON.parse(text) as T);
}

/** Replaces the file as a whole, so that a lab that is killed leaves the old or the new state. */
export function writeState(disk: Disk, path: string, value: unknown): void {
  disk.replace(path, JSON.stringify(value, null, 1));
}

import { closeSync, existsSync, fsyncSync, openSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Written once the journal has been made: a home with this file and without a journal has lost it. */
export const markerOf = (path: string): string => `${path}.made`;

export const copiesDirectoryOf = (path: string): string => join(dirname(path), 'journal-copies');

/** SQLite's own files beside a journal. */
export const companionsOf = (path: string): string[] => [`${path}-wal`, `${path}-shm`];

/** Whether there has been a journal at this path: then a new one is never begun by itself. */
export const hasTraces = (path: string): boolean =>
  [markerOf(path), copiesDirectoryOf(path), ...companionsOf(path)].some((trace) => existsSync(trace));

/** Puts a file, and the name that it has, on the disk. */
export function flushFile(path: string): void {
  for (const each of [path, dirname(path)]) {
    const descriptor = openSync(each, 'r');
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  }
}

/** A name of ours that nothing has yet: `journal.db.broken-1`. */
export function freeName(path: string, word: string): string {
  for (let n = 1; ; n++) {
    const candidate = join(dirname(path), `${basename(path)}.${word}-${n}`);
    if (![candidate, ...companionsOf(candidate)].some((each) => existsSync(each))) return candidate;
  }
}

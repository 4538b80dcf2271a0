import { copyFileSync, existsSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { BelayError } from '../domain/errors.ts';
import type { JournalCopy } from '../domain/journal-report.ts';
import { listCopies } from './copies.ts';
import { troubleOf } from './failures.ts';
import { openReadOnly } from './open-read-only.ts';
import { companionsOf, flushFile, freeName } from './places.ts';

/**
 * The copy with this number, or the newest one that is sound. `not-found` where there is none, `refused` where the
 * one that was named cannot be used.
 */
export function chooseCopy(path: string, number?: number): JournalCopy {
  const copies = listCopies(path);
  const chosen =
    number === undefined
      ? copies.find(({ problem }) => problem === null)
      : copies.find((copy) => copy.number === number);
  if (!chosen) {
    const which = number === undefined ? 'no copy of the journal that can be used' : `no copy ${number} of the journal`;
    throw new BelayError('not-found', `There is ${which}.`, {
      hint:
        number === undefined || copies.length === 0
          ? `To begin anew, without a history: move ${dirname(path)} elsewhere, and adopt the containers again.`
          : 'See which there are: journal check',
    });
  }
  if (chosen.problem) {
    throw new BelayError('refused', `Copy ${number} cannot be used: ${chosen.problem}`, {
      hint: 'Choose another one: journal check',
    });
  }
  return chosen;
}

/**
 * Puts a copy in the journal's place. What was there is renamed, never deleted: returns its new name, or null
 * where nothing was there. Safe to repeat after it was cut off anywhere: until the last rename there is either
 * the old journal, or none, which no start takes for a new one. Nobody may have the journal open.
 */
export function restoreCopy(path: string, copy: JournalCopy): string | null {
  const restored = `${path}.restored`;
  rmSync(restored, { force: true });
  copyFileSync(copy.path, restored);
  flushFile(restored);
  openReadOnly(restored).close();
  const setAside = freeName(path, 'broken');
  const hadOne = existsSync(path);
  if (hadOne) renameSync(path, setAside);
  // After it: without its log, a journal may look like a sound one of an earlier time.
  for (const [index, companion] of companionsOf(path).entries()) {
    if (existsSync(companion)) renameSync(companion, companionsOf(setAside)[index] as string);
  }
  renameSync(restored, path);
  flushFile(path);
  return hadOne ? setAside : null;
}

/**
 * Where a later release has changed the journal so that this one cannot use it, the newest copy that can be used comes in its
 * place. Returns the new name of what was there; null where nothing had to be done.
 */
export function putBackWhereUnreadable(path: string): string | null {
  try {
    openReadOnly(path).close();
    return null;
  } catch (thrown) {
    if (troubleOf(thrown) !== 'newer') return null; // what it is, this release says when it starts
    return restoreCopy(path, chooseCopy(path));
  }
}

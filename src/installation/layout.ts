import { existsSync, readlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** `releases/VERSION` beside each other, and `current`, a link to the one that the next start runs. */
export const RELEASES = 'releases';
export const CURRENT = 'current';
/** Where the program is in each. */
export const PROGRAM = 'dist/belay.js';

/** The installation that a program belongs to; null where it runs from its sources, or unpacked somewhere. */
export function rootOf(program: string): string | null {
  const release = dirname(dirname(program));
  const root = dirname(dirname(release));
  return basename(dirname(release)) === RELEASES && existsSync(join(root, CURRENT)) ? root : null;
}

/** The version that the link names; null where nothing is installed yet. */
export function currentIn(root: string): string | null {
  try {
    return basename(readlinkSync(join(root, CURRENT)));
  } catch {
    return null;
  }
}

export const programIn = (root: string, version: string): string => join(root, RELEASES, version, PROGRAM);

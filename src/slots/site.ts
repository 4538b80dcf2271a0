import { chmod, chown, lstat, mkdir, readdir, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Owner } from '../domain/data-target.ts';
import { BelayError } from '../domain/errors.ts';
import type { DirectoryLook, Site } from '../domain/ports/slot-store.ts';
import { isBelaysPath } from '../domain/slot.ts';
import { failure, runCommand } from './command.ts';
import { obstacleAt } from './filesystem.ts';
import { LOST_AND_FOUND } from './level.ts';
import { flushDirectory, isParkedIn } from './mount-note.ts';
import { isVacant } from './mount-upkeep.ts';

const NOTHING = { there: 'nothing', look: null } as const;

/** What is at a path that data is to be moved to, and whether the path is what it seems. */
export async function siteAt(path: string): Promise<Site> {
  const above = await realpath(dirname(path)).catch(() => null);
  if (above === null || !(await lstat(above)).isDirectory()) return { realPath: null, ...NOTHING };
  const realPath = join(above, basename(path));
  const status = await lstat(path).catch(() => null);
  if (status === null) return { realPath, ...NOTHING };
  if (!status.isDirectory()) return { realPath, there: 'file', look: null };
  if ((await obstacleAt(path)) === 'mount-point') {
    return { realPath, there: (await isVacant(path)) ? 'empty-mount-point' : 'mount-point', look: null };
  }
  if ((await readdir(path)).length > 0) return { realPath, there: 'something', look: null };
  return { realPath, there: 'empty', look: { mode: status.mode & 0o7777, uid: status.uid, gid: status.gid } };
}

/** Makes an empty directory where nothing is, on disk when it returns. */
export async function makeDirectoryLike(path: string, { mode, uid, gid }: DirectoryLook): Promise<void> {
  await mkdir(path, { mode: 0o700 });
  await chown(path, uid, gid);
  await chmod(path, mode);
  await flushDirectory(dirname(path));
}

/** Gives a clone to somebody, with everything in it; a link itself, never what it points to. */
export async function giveTo(path: string, { uid, gid }: Owner, signal?: AbortSignal): Promise<void> {
  // Its name is Belay's while it waits for its place; in a new volume nobody else has anything yet.
  const isWhole = await isParkedIn(path);
  if (!isBelaysPath(path) && !/\/_data$/.test(path) && !isWhole) {
    throw new BelayError('refused', `${path} is given to nobody: it is not a clone that Belay made.`);
  }
  const owner = `${uid}:${gid}`;
  const spared = ['.', '-path', `./${LOST_AND_FOUND}`, '-prune', '-o'];
  const { exitCode, complaints } = isWhole
    ? await runCommand('find', [...spared, '-exec', 'chown', '-h', owner, '--', '{}', '+'], { cwd: path, signal })
    : await runCommand('chown', ['-hR', owner, '--', path], { signal });
  if (exitCode !== 0) throw failure(`giving ${path} to ${uid}:${gid}`, complaints);
}

import { lstat, realpath, rm } from 'node:fs/promises';
import { failure, runCommand } from './command.ts';
import { findDifferences } from './differences.ts';
import { obstacleAt } from './filesystem.ts';
import { patchFiles } from './patch.ts';
import { replaceFiles } from './replace.ts';

/** What ext4 has in its own directory, for its repair. */
export const LOST_AND_FOUND = 'lost+found';

const RSYNC = ['-aHAXS', '--numeric-ids', '--modify-window=-1'];
const VANISHED_FILES = 24; // rsync's exit code
const PARTIAL_TRANSFER = 23;

export interface LevelOptions {
  /** Files changed at this time or later are compared by content; 0 compares all of them. */
  sinceMs: number;
  /** The clone's records, where they were read before. */
  known?: Set<string> | undefined;
  /** The source is in use: files may vanish, and the clone is nearly level afterwards. */
  isLive: boolean;
  signal?: AbortSignal | undefined;
}

async function rsync(args: string[], doing: string, options: LevelOptions, input?: Buffer): Promise<void> {
  const { exitCode, complaints } = await runCommand('rsync', [...RSYNC, ...args], {
    signal: options.signal,
    ...(input ? { input } : {}),
    ...(options.isLive ? { ignore: /No such file or directory|vanished|some files.attrs were not transferred/ } : {}),
  });
  const isTolerated = options.isLive && (exitCode === VANISHED_FILES || exitCode === PARTIAL_TRANSFER);
  if (exitCode !== 0 && !(isTolerated && complaints.length === 0)) throw failure(doing, complaints);
}

async function removeAll(root: string, paths: string[]): Promise<void> {
  for (const path of paths) {
    await rm(Buffer.concat([Buffer.from(`${root}/`), Buffer.from(path, 'latin1')]), { recursive: true, force: true });
  }
}

/**
 * Makes a clone that was copied earlier identical to its source. The trees are compared first; then
 * rsync is given just what differs, because it would spend longer on asking after the attributes of
 * every file than on everything else. Safe to repeat. Needs `hasComparingTools`.
 */
export async function bringCopyLevel(from: string, to: string, options: LevelOptions): Promise<void> {
  const doing = `bringing ${to} level with ${from}`;
  if (!(await lstat(from)).isDirectory()) {
    // In place, so that the clone stays the same file.
    return rsync(['--inplace', '--checksum', '--', from, to], doing, options);
  }
  const [source, target] = [await realpath(from), await realpath(to)];
  const differences = await findDifferences(source, target, options.sinceMs, options);
  const isOwn = (path: string) => path === LOST_AND_FOUND;
  const isMountPoint = differences.remove.some(isOwn) && (await obstacleAt(target)) === 'mount-point';
  await removeAll(target, isMountPoint ? differences.remove.filter((path) => !isOwn(path)) : differences.remove);
  const untimed = await replaceFiles(source, target, differences.replace, options);
  await patchFiles(source, target, differences.patch, options.signal);
  const update = [...new Set([...differences.update, ...untimed.map((path) => (path === '.' ? '' : path))])];
  if (update.length === 0) return;
  // The tree's own directory is sent along with anything below it; named, it would bring its whole content.
  const below = update.filter((path) => path !== '');
  const alone = below.length === 0 ? ['--exclude=/*'] : [];
  const names = Buffer.from((below.length === 0 ? [''] : below).map((path) => `./${path}\0`).join(''), 'latin1');
  await rsync([...alone, '--files-from=-', '--from0', '--', `${source}/`, `${target}/`], doing, options, names);
}

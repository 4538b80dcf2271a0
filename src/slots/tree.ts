import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { BelayError } from '../domain/errors.ts';
import type { DataSize } from '../domain/ports/slot-store.ts';
import { commandRecords, throwIfAborted } from './command.ts';
import { hasGnuTools } from './tools.ts';

/** What `find` says of a file that is removed while it looks: nothing that matters in a tree that is in use. */
export const VANISHED = /No such file or directory/;

/** Every entry below a path and the path itself, a directory before what is in it. */
async function* walk(path: string, signal?: AbortSignal): AsyncGenerator<string> {
  throwIfAborted(signal);
  yield path;
  const status = await lstat(path).catch(() => null);
  if (!status?.isDirectory()) return;
  for (const name of await readdir(path)) yield* walk(join(path, name), signal);
}

async function measureByWalking(path: string, signal?: AbortSignal): Promise<DataSize> {
  const seen = new Set<string>();
  const size = { sizeBytes: 0, files: 0 };
  for await (const entry of walk(path, signal)) {
    const status = await lstat(entry).catch(() => null);
    if (!status) continue;
    const inode = `${status.dev}:${status.ino}`;
    if (status.nlink > 1 && !status.isDirectory() && seen.has(inode)) continue;
    seen.add(inode);
    size.sizeBytes += status.blocks * 512;
    if (!status.isDirectory()) size.files++;
  }
  return size;
}

/** Space that a tree takes on disk, and its files. Holes and further hard links of a file take none. */
export async function measureTree(path: string, signal?: AbortSignal): Promise<DataSize> {
  if ((await lstat(path).catch(() => null)) === null) throw new BelayError('data-missing', `Nothing is at ${path}.`);
  if (!(await hasGnuTools())) return measureByWalking(path, signal);
  const linked = new Set<string>();
  const size = { sizeBytes: 0, files: 0 };
  const args = [path, '-printf', '%y %n %D:%i %b\\0'];
  for await (const records of commandRecords('find', args, { signal, ignore: VANISHED })) {
    for (const record of records) {
      const [type, links, inode = '', blocks] = record.split(' ');
      if (type !== 'd' && links !== '1') {
        if (linked.has(inode)) continue;
        linked.add(inode);
      }
      size.sizeBytes += Number(blocks) * 512;
      if (type !== 'd') size.files++;
    }
  }
  return size;
}

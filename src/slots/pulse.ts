import { createHash } from 'node:crypto';
import { lstat, opendir } from 'node:fs/promises';
import { join } from 'node:path';

/** A look at so many entries takes some ten milliseconds, and covers all files of most databases. */
const MAX_ENTRIES = 2_000;

/**
 * What a tree looks like at the moment, as one short text: another one means that something was written. It looks at
 * most at 2,000 entries, the upper directories first, so that it may be taken every few seconds whatever the size.
 */
export async function pulseOf(path: string, signal?: AbortSignal): Promise<string> {
  const digest = createHash('sha256');
  const waiting = [path];
  let looked = 0;
  for (let next = waiting.shift(); next !== undefined && looked < MAX_ENTRIES; next = waiting.shift()) {
    signal?.throwIfAborted();
    const entries = [next, ...(await entriesOf(next, MAX_ENTRIES - looked))];
    const states = await Promise.all(entries.map((entry) => lstat(entry, { bigint: true }).catch(() => null)));
    for (const [index, state] of states.entries()) {
      if (!state) continue;
      digest.update(`${state.ino} ${state.size} ${state.blocks} ${state.mtimeNs} ${state.ctimeNs}\n`);
      if (index > 0 && state.isDirectory()) waiting.push(entries[index] as string);
    }
    looked += entries.length;
  }
  return digest.digest('hex').slice(0, 16);
}

/** At most `limit` of them, in the directory's own order; none where it is no directory, or has just been removed. */
async function entriesOf(path: string, limit: number): Promise<string[]> {
  const found: string[] = [];
  const directory = await opendir(path).catch(() => null);
  if (!directory) return found;
  for await (const { name } of directory) {
    found.push(join(path, name));
    if (found.length >= limit) break;
  }
  return found;
}

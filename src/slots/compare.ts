import { lstat } from 'node:fs/promises';
import { basename } from 'node:path';
import { BelayError } from '../domain/errors.ts';
import type { DataChange, DataChanges } from '../domain/ports/slot-store.ts';
import { type ListedFile, orderKey, sortedFiles } from './sorted-files.ts';

/** The most recent of the changes that are offered, at most `limit` of them. */
class Newest {
  readonly #limit: number;
  readonly #kept: { modifiedMs: number; change: DataChange }[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  offer(modifiedMs: number, change: DataChange): void {
    const isFull = this.#kept.length >= this.#limit;
    if (isFull && modifiedMs <= (this.#kept.at(-1)?.modifiedMs ?? Number.POSITIVE_INFINITY)) return;
    const place = this.#kept.findIndex((entry) => entry.modifiedMs < modifiedMs);
    this.#kept.splice(place < 0 ? this.#kept.length : place, 0, { modifiedMs, change });
    if (isFull) this.#kept.pop();
  }

  changes(): DataChange[] {
    return this.#kept.map(({ change }) => change);
  }
}

const decode = (path: string): string => Buffer.from(path, 'latin1').toString();

/** Pairs two ordered listings: what has no partner comes with null. */
async function* pairs(
  before: AsyncGenerator<ListedFile>,
  after: AsyncGenerator<ListedFile>,
): AsyncGenerator<[ListedFile | null, ListedFile | null]> {
  const next = async (files: AsyncGenerator<ListedFile>) => (await files.next()).value as ListedFile | undefined;
  try {
    let [old, fresh] = await Promise.all([next(before), next(after)]);
    while (old !== undefined || fresh !== undefined) {
      const [oldKey, freshKey] = [old && orderKey(old), fresh && orderKey(fresh)];
      const takesOld = freshKey === undefined || (oldKey !== undefined && oldKey <= freshKey);
      const takesFresh = oldKey === undefined || (freshKey !== undefined && freshKey <= oldKey);
      yield [takesOld && old ? old : null, takesFresh && fresh ? fresh : null];
      if (takesOld) old = await next(before);
      if (takesFresh) fresh = await next(after);
    }
  } finally {
    await Promise.all([before.return(undefined), after.return(undefined)]);
  }
}

/**
 * What differs between two trees (or two files), by size, mtime, type and link target. Directories
 * count by what is in them. The trees may be in use.
 */
export async function compareTrees(
  before: string,
  after: string,
  sampleLimit: number,
  signal?: AbortSignal,
): Promise<DataChanges> {
  for (const path of [before, after]) {
    const isThere = (await lstat(path).catch(() => null)) !== null;
    if (!isThere) throw new BelayError('data-missing', `Nothing is at ${path}.`);
  }
  const counts = { added: 0, changed: 0, removed: 0 };
  const newest = new Newest(sampleLimit);
  for await (const [old, fresh] of pairs(sortedFiles(before, signal), sortedFiles(after, signal))) {
    if (old?.outline === fresh?.outline) continue;
    const file = (fresh ?? old) as ListedFile;
    const change = old === null ? 'added' : fresh === null ? 'removed' : 'changed';
    counts[change]++;
    // A tree that is a single file has no path of its own inside.
    const path = decode(file.path) || basename(after);
    newest.offer(file.modifiedMs, { path, change, sizeBytes: file.sizeBytes });
  }
  return { ...counts, sample: newest.changes() };
}

import { type Entry, type Listed, list, parse, recordsOf } from './listing.ts';

/** What has to be done to a clone so that it is its source again. Paths are relative, as bytes in latin1. */
export interface Differences {
  /** In the clone only, or of another type there, or linked there in another way. */
  remove: string[];
  /** Regular files of one name that are small enough to be copied anew. */
  replace: string[];
  /** Everything else whose content, metadata or existence may differ. */
  update: string[];
  /** Those of `update` that are regular files on both sides and can be made equal block by block. */
  patch: { path: string; sizeBytes: number }[];
}

/** From this size on it is faster to compare blocks than to copy a file again. */
const PATCH_FROM_BYTES = 16 << 20;

type Twin = Pick<Entry, 'type' | 'links' | 'outline'>;

function compareEntry(entry: Entry, twin: Twin | undefined, found: Differences): void {
  // A changed file that shares its blocks with another name is made anew: the names may have parted.
  const isShared = entry.links > 1 || (twin?.links ?? 1) > 1;
  const isFile = entry.type === 'f' && (twin === undefined || twin.type === 'f');
  // Holes are not copied, but would be read block by block: 64 GiB of nothing take half a minute.
  if (isFile && !isShared && Math.min(entry.sizeBytes, entry.allocatedBytes) < PATCH_FROM_BYTES) {
    found.replace.push(entry.path);
    return;
  }
  found.update.push(entry.path);
  if (twin === undefined) return;
  if (twin.type !== entry.type || (isFile && isShared)) found.remove.push(entry.path);
  else if (isFile) found.patch.push(entry);
}

/** Names without what lies below another of them, which goes with it. */
function topmost(paths: string[]): string[] {
  const all = new Set(paths);
  return paths.filter((path) => {
    for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
      if (all.has(path.slice(0, slash))) return false;
    }
    return true;
  });
}

/**
 * Compares two trees by type, size, times, mode and owner, and names for a comparison by content every
 * file that was changed at `sinceMs` or later. The change time decides: the kernel moves it with every
 * write, also where the modification time has been set by hand. `known` are the clone's records, where they
 * were read before; they are used up.
 */
export async function findDifferences(
  from: string,
  to: string,
  sinceMs: number,
  options: { known?: Set<string> | undefined; signal?: AbortSignal | undefined } = {},
): Promise<Differences> {
  const sources: Listed[][] = [];
  const readSource = async () => {
    for await (const entries of list(from, options.signal)) sources.push(entries);
  };
  const [clone] = await Promise.all([options.known ?? recordsOf(to, options.signal), readSource()]);
  const changed: { entry: Entry; isLevel: boolean }[] = [];
  for (const listed of sources.flat()) {
    const isLevel = clone.delete(listed.record);
    if (!isLevel || listed.changedMs >= sinceMs) changed.push({ entry: parse(listed), isLevel });
  }
  // What is left of the clone has no twin, or another one.
  const twins = new Map<string, Twin>();
  for (const record of clone) {
    const { path, type, links, outline } = parse({ changedMs: 0, allocatedBytes: 0, record });
    twins.set(path, { type, links, outline });
  }
  const found: Differences = { remove: [], replace: [], update: [], patch: [] };
  for (const { entry, isLevel } of changed) {
    compareEntry(entry, isLevel ? entry : twins.get(entry.path), found);
    twins.delete(entry.path);
  }
  found.remove = topmost([...found.remove, ...twins.keys()]);
  return found;
}

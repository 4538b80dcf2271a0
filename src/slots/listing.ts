import { commandRecords } from './command.ts';
import { VANISHED } from './tree.ts';

/** A file, directory or other entry of a tree, with paths as bytes in latin1, '' for the tree itself. */
export interface Entry {
  path: string;
  /** `d`, `f`, `l`, … as find's %y has it. */
  type: string;
  changedMs: number;
  allocatedBytes: number;
  links: number;
  sizeBytes: number;
  /** Type, times to the nanosecond, mode, owner and, but for directories, size: equal in equal entries. */
  outline: string;
}

const DIRECTORY = '%C@ 0 1 - %y %T@ %m %U %G - %P\\0';
const OTHER = '%C@ %b %n %s %y %T@ %m %U %G %s %P\\0';

/** What find counts in, whatever the file system does. */
const BLOCK_BYTES = 512;

// Five numbers and words follow the time and come before the path, which may itself hold blanks.
const RECORD = /^(\d+) (\S+) ((\S) \S+ \S+ \S+ \S+ \S+) (.*)$/s;

/** An entry as it is listed: cheap to compare with its twin, and read only where the two differ. */
export interface Listed {
  changedMs: number;
  /** On the disk, which is less than its size where a file has holes. 0 for a directory. */
  allocatedBytes: number;
  /** Everything but the change time and the blocks on the disk, which a copy need not share with its source. */
  record: string;
}

export function parse({ changedMs, allocatedBytes, record }: Listed): Entry {
  const [, links, size, outline = '', type = '', path = ''] = RECORD.exec(record) ?? [];
  const sizeBytes = size === '-' ? 0 : Number(size);
  return { path, type, changedMs, allocatedBytes, links: Number(links), sizeBytes, outline };
}

/** Lists a tree, the tree's own directory included. Needs GNU find. */
export async function* list(root: string, signal?: AbortSignal): AsyncGenerator<Listed[]> {
  const args = ['.', '-type', 'd', '-printf', DIRECTORY, '-o', '-printf', OTHER];
  for await (const records of commandRecords('find', args, { cwd: root, signal, ignore: VANISHED })) {
    yield records.map((record) => {
      const first = record.indexOf(' ');
      const second = record.indexOf(' ', first + 1);
      const allocatedBytes = Number(record.slice(first + 1, second)) * BLOCK_BYTES;
      return { changedMs: Number(record.slice(0, first)) * 1000, allocatedBytes, record: record.slice(second + 1) };
    });
  }
}

/** The records of a whole tree, to compare another one with. */
export async function recordsOf(root: string, signal?: AbortSignal): Promise<Set<string>> {
  const found = new Set<string>();
  for await (const entries of list(root, signal)) for (const { record } of entries) found.add(record);
  return found;
}

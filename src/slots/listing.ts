import { commandRecords } from './command.ts';
import { VANISHED } from './tree.ts';

/** A file, directory or other entry of a tree, with paths as bytes in latin1, '' for the tree itself. */
export interface Entry {
  path: string;
  /** `d`, `f`, `l`, … as find's %y has it. */
  type: string;
  changedMs: number;
  links: number;
  sizeBytes: number;
  /** Type, times to the nanosecond, mode, owner and, but for directories, size: equal in equal entries. */
  outline: string;
}

const DIRECTORY = '%C@ 1 - %y %T@ %m %U %G - %P\\0';
const OTHER = '%C@ %n %s %y %T@ %m %U %G %s %P\\0';

// Five numbers and words follow the time and come before the path, which may itself hold blanks.
const RECORD = /^(\d+) (\S+) ((\S) \S+ \S+ \S+ \S+ \S+) (.*)$/s;

/** An entry as it is listed: cheap to compare with its twin, and read only where the two differ. */
export interface Listed {
  changedMs: number;
  /** Everything but the change time, which a copy cannot share with its source. */
  record: string;
}

export function parse({ changedMs, record }: Listed): Entry {
  const [, links, size, outline = '', type = '', path = ''] = RECORD.exec(record) ?? [];
  return { path, type, changedMs, links: Number(links), sizeBytes: size === '-' ? 0 : Number(size), outline };
}

/** Lists a tree, the tree's own directory included. Needs GNU find. */
export async function* list(root: string, signal?: AbortSignal): AsyncGenerator<Listed[]> {
  const args = ['.', '-type', 'd', '-printf', DIRECTORY, '-o', '-printf', OTHER];
  for await (const records of commandRecords('find', args, { cwd: root, signal, ignore: VANISHED })) {
    yield records.map((record) => {
      const blank = record.indexOf(' ');
      return { changedMs: Number(record.slice(0, blank)) * 1000, record: record.slice(blank + 1) };
    });
  }
}

/** The records of a whole tree, to compare another one with. */
export async function recordsOf(root: string, signal?: AbortSignal): Promise<Set<string>> {
  const found = new Set<string>();
  for await (const entries of list(root, signal)) for (const { record } of entries) found.add(record);
  return found;
}

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

// Six numbers and words come before the path, which may itself hold blanks.
const RECORD = /^(\S+) (\d+) (\S+) ((\S) \S+ \S+ \S+ \S+ \S+) (.*)$/s;

function parse(record: string): Entry {
  const [, changed, links, size, outline = '', type = '', path = ''] = RECORD.exec(record) ?? [];
  return {
    path,
    type,
    changedMs: Number(changed) * 1000,
    links: Number(links),
    sizeBytes: size === '-' ? 0 : Number(size),
    outline,
  };
}

/** Lists a tree, the tree's own directory included. Needs GNU find. */
export async function* list(root: string, signal?: AbortSignal): AsyncGenerator<Entry[]> {
  const args = ['.', '-type', 'd', '-printf', DIRECTORY, '-o', '-printf', OTHER];
  for await (const records of commandRecords('find', args, { cwd: root, signal, ignore: VANISHED })) {
    yield records.map(parse);
  }
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { lstat, readdir, readlink } from 'node:fs/promises';
import { noDescriptorFor, throwIfAborted } from './command.ts';
import { hasGnuTools } from './tools.ts';

/** Anything in a tree but a directory. */
export interface ListedFile {
  /** Relative to the tree, bytes in latin1, '' for a tree that is a single file. */
  path: string;
  /** `f`, `l`, … and mtime in nanoseconds, size and link target: equal in equal files. */
  outline: string;
  sizeBytes: number;
  modifiedMs: number;
}

/** The order in which both ways of listing yield: by the bytes of the path with two slashes after it. */
export const orderKey = (file: Pick<ListedFile, 'path'>): string => `${file.path}//`;

// A path never holds two slashes in a row, so they end it, and the target of a link may follow.
const RECORD = /^(\S) (\d+) (\S+) (.*?)\/\/(.*)$/s;

function parse(record: string): ListedFile {
  const [, type = '', size = '0', modified = '0', path = '', target = ''] = RECORD.exec(record) ?? [];
  return {
    path,
    outline: `${type} ${size} ${modified} ${target}`,
    sizeBytes: Number(size),
    modifiedMs: Number(modified) * 1000,
  };
}

/** Lists with find and sorts with sort, which spills to disk: memory stays bounded whatever the tree. */
async function* listWithFind(root: string, signal?: AbortSignal): AsyncGenerator<ListedFile> {
  const env = { ...process.env, LC_ALL: 'C' };
  const args = [root, '!', '-type', 'd', '-printf', '%y %s %T@ %P//%l\\0'];
  const find = spawn('find', args, { env, stdio: ['ignore', 'pipe', 'ignore'] });
  const sort = spawn('sort', ['-z', '-t', ' ', '-k', '4'], { env, stdio: ['pipe', 'pipe', 'ignore'] });
  const gone = Promise.all([once(find, 'close'), once(sort, 'close')]);
  gone.catch(() => {}); // a command that cannot be started yields nothing, which `once` reports below
  try {
    if (!find.stdout || !sort.stdout) throw noDescriptorFor('sort');
    find.stdout.pipe(sort.stdin);
    let rest = '';
    for await (const chunk of sort.stdout.setEncoding('latin1')) {
      throwIfAborted(signal);
      const records = (rest + chunk).split('\0');
      rest = records.pop() ?? '';
      for (const record of records) yield parse(record);
    }
    await gone;
  } finally {
    find.kill();
    sort.kill();
  }
}

/** Lists without find, in the same order, where there is none of GNU's. */
export async function* listByWalking(root: string, path = '', signal?: AbortSignal): AsyncGenerator<ListedFile> {
  throwIfAborted(signal);
  const full = Buffer.concat([Buffer.from(root), Buffer.from(path === '' ? '' : `/${path}`, 'latin1')]);
  const status = await lstat(full, { bigint: true }).catch(() => null);
  if (status === null) return;
  if (!status.isDirectory()) {
    const target = status.isSymbolicLink() ? await readlink(full, { encoding: 'latin1' }) : '';
    yield {
      path,
      outline: `${status.mode >> 12n} ${status.size} ${status.mtimeNs} ${target}`,
      sizeBytes: Number(status.size),
      modifiedMs: Number(status.mtimeMs),
    };
    return;
  }
  const names = await readdir(full, { encoding: 'latin1' });
  const slashed = names.map((name) => `${name}/`).sort(byCodeUnit);
  for (const name of slashed) {
    yield* listByWalking(root, `${path === '' ? '' : `${path}/`}${name.slice(0, -1)}`, signal);
  }
}

const byCodeUnit = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** Every file of a tree in the order of `orderKey`. Files that vanish meanwhile are left out. */
export async function* sortedFiles(root: string, signal?: AbortSignal): AsyncGenerator<ListedFile> {
  yield* (await hasGnuTools()) ? listWithFind(root, signal) : listByWalking(root, '', signal);
}

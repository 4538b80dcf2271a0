import { cp, mkdir, open, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readCompressed } from '../slots/archive/compression.ts';
import { EntryRules } from '../slots/archive/entry-rules.ts';
import { readTar } from '../slots/archive/tar-reader.ts';
import { notOne, notSound } from './package.ts';

/** More than any package of Belay has. */
const QUOTA_BYTES = 512 << 20;
const EXECUTABLE = 0o100;

/**
 * Writes the files of a package, which is a tar file with one directory in it, or such a directory itself, to an empty
 * directory. Nothing of it is believed yet: see `verifyPackage`.
 */
export async function bringPackage(source: string, directory: string): Promise<void> {
  const isDirectory = await readdir(source).then(
    () => true,
    (thrown: NodeJS.ErrnoException) => {
      if (thrown.code === 'ENOTDIR') return false;
      throw notOne(thrown.code === 'ENOENT' ? `${source} is not there` : thrown.message);
    },
  );
  if (isDirectory) await cp(source, directory, { recursive: true, verbatimSymlinks: true });
  else await unpack(source, directory);
}

async function unpack(file: string, directory: string): Promise<void> {
  const rules = new EntryRules({ origin: 'outside', quotaBytes: QUOTA_BYTES });
  await readCompressed(file, { limitRatio: true }, async (chunks) => {
    for await (const { entry: found, content } of readTar(chunks)) {
      const entry = rules.admit(found);
      const name = withoutFirst(entry.name);
      if (name === '') continue;
      if (entry.kind === 'directory') await mkdir(join(directory, name), { recursive: true });
      else if (entry.kind === 'file' && !entry.sparse) await write(join(directory, name), entry.mode, content);
      else throw notSound(`${name} is a ${entry.kind}`);
    }
  });
}

/** All is in one directory, whatever it is called. */
const withoutFirst = (name: string): string => name.split('/').slice(1).join('/');

async function write(path: string, mode: number, content: AsyncIterable<Buffer>): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, 'wx', mode & EXECUTABLE ? 0o755 : 0o644);
  try {
    for await (const chunk of content) await file.write(chunk);
  } finally {
    await file.close();
  }
}

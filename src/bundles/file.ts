import { createReadStream } from 'node:fs';
import { BelayError } from '../domain/errors.ts';
import { damaged, unwanted } from '../slots/archive/tar-entry.ts';
import { throwIfAborted } from '../slots/command.ts';

const CHUNK_BYTES = 1 << 20;

/**
 * The bytes of a bundle. It is a plain tar file: its layers are packed already, and what is not packed cannot
 * unpack to more than it is.
 */
export async function* bytesOf(path: string, signal: AbortSignal): AsyncGenerator<Buffer> {
  const file = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  let isFirst = true;
  try {
    for await (const chunk of file as AsyncIterable<Buffer>) {
      throwIfAborted(signal);
      if (isFirst && chunk.toString('latin1', 257, 262) !== 'ustar')
        throw unwanted('it is no tar file', elsewhere(path));
      isFirst = false;
      yield chunk;
    }
  } catch (thrown) {
    const { code, message } = thrown as NodeJS.ErrnoException;
    if (code !== 'EACCES' && code !== 'EIO') throw thrown;
    throw new BelayError('refused', `The file cannot be read: ${message}.`, {
      hint: `See: ls -l ${path}`,
      cause: thrown,
    });
  }
  if (isFirst) throw damaged('it is empty');
}

/** What to do with a file that is no bundle. */
export const elsewhere = (path: string): string =>
  `Nothing has been changed. A snapshot, or a tarball of data, comes in with: import snapshot ${path}`;

import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { BelayError } from '../domain/errors.ts';
import { damaged, unwanted } from '../slots/archive/tar-entry.ts';
import { throwIfAborted } from '../slots/command.ts';

const CHUNK_BYTES = 1 << 20;

/** Its size. `not-found` where there is no file. */
export async function sizeOfFile(path: string): Promise<number> {
  const status = await stat(path).catch(() => null);
  if (status?.isFile()) return status.size;
  throw new BelayError('not-found', `There is no file ${path}.`, {
    hint: `It is looked for on the host that Belay runs on: ls -l ${dirname(path)}`,
  });
}

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
      if (isFirst && chunk.toString('latin1', 257, 262) !== 'ustar') throw unwanted('it is no tar file');
      isFirst = false;
      yield chunk;
    }
  } catch (thrown) {
    const { code, message } = thrown as NodeJS.ErrnoException;
    if (code !== 'EACCES' && code !== 'EIO') throw thrown;
    throw new BelayError('refused', `The file cannot be read: ${message}.`, { cause: thrown });
  }
  if (isFirst) throw damaged('it is empty');
}

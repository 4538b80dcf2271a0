import { createReadStream } from 'node:fs';
import type { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { BelayError } from '../../domain/errors.ts';
import { damaged, unwanted } from './tar-entry.ts';

const CHUNK_BYTES = 1 << 20;
/** From this size on, what unpacks to more than so many times its size is held to be a bomb. */
const SUSPICIOUS_BYTES = 1 << 30;
const MAX_RATIO = 250;

type Compression = 'zstd' | 'gzip' | 'none';

/** Told by the first bytes, whatever the file is called. */
function compressionOf(start: Buffer): Compression {
  if (start.readUInt32BE(0) === 0x28b52ffd) return 'zstd';
  if (start.readUInt16BE(0) === 0x1f8b) return 'gzip';
  if (start.length >= 262 && start.toString('latin1', 257, 262) === 'ustar') return 'none';
  throw unwanted('it is no tar file, plain or compressed with gzip or zstd');
}

export interface ReadOptions {
  /** Sees every byte of the file as it is, in order; what it returns is waited for. */
  onRaw?: (chunk: Buffer) => Promise<void> | void;
  /** A file from outside must not unpack to very much more than it is. */
  limitRatio: boolean;
  signal?: AbortSignal | undefined;
}

/** Reads a file, unpacks it, and hands what it was packed from to `consume`. Rejects where the file is damaged. */
export async function readCompressed<T>(
  path: string,
  options: ReadOptions,
  consume: (chunks: AsyncIterable<Buffer>) => Promise<T>,
): Promise<T> {
  const file = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  const chunks = file[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let packedBytes = 0;
  const raw = async function* (first: Buffer): AsyncGenerator<Buffer> {
    for (let chunk: Buffer | undefined = first; chunk; chunk = (await chunks.next()).value as Buffer | undefined) {
      packedBytes += chunk.length;
      await options.onRaw?.(chunk);
      yield chunk;
    }
  };
  const checked = async function* (unpacked: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    let unpackedBytes = 0;
    for await (const chunk of unpacked) {
      unpackedBytes += chunk.length;
      if (options.limitRatio && unpackedBytes > SUSPICIOUS_BYTES && unpackedBytes > packedBytes * MAX_RATIO) {
        throw unwanted(`it unpacks to more than ${MAX_RATIO} times its size`);
      }
      yield chunk;
    }
  };
  try {
    const first = (await chunks.next()).value as Buffer | undefined;
    if (first === undefined || first.length < 4) throw damaged('it is empty');
    const decoder = decoderFor(compressionOf(first));
    let result: T | undefined;
    const finish = async (unpacked: AsyncIterable<Buffer>) => {
      result = await consume(checked(unpacked));
    };
    const signal = options.signal ? { signal: options.signal } : {};
    if (decoder) await pipeline(raw(first), decoder, finish, signal);
    else await pipeline(raw(first), finish, signal);
    return result as T;
  } catch (thrown) {
    throw explained(thrown, options.signal);
  } finally {
    file.destroy();
  }
}

function decoderFor(compression: Compression): Transform | null {
  if (compression === 'none') return null;
  return compression === 'zstd'
    ? createZstdDecompress({ chunkSize: CHUNK_BYTES })
    : createGunzip({ chunkSize: CHUNK_BYTES });
}

function explained(thrown: unknown, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted)
    return signal.reason instanceof BelayError ? signal.reason : new BelayError('interrupted', 'Interrupted.');
  if (thrown instanceof BelayError) return thrown;
  const { code = '', message } = thrown as NodeJS.ErrnoException;
  if (/^(Z_|ZSTD_|ERR_ZLIB|ERR_ZSTD)/.test(code)) return damaged('what it was packed with cannot unpack it', thrown);
  if (code === 'ENOENT')
    return new BelayError('not-found', `There is no file ${(thrown as NodeJS.ErrnoException).path}.`, {
      cause: thrown,
    });
  if (code === 'EISDIR' || code === 'EACCES')
    return new BelayError('refused', `The file cannot be read: ${message}.`, {
      hint: 'Nothing has been changed. Name a file that Belay may read: ls -l',
      cause: thrown,
    });
  return thrown;
}

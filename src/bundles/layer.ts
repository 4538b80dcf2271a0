import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { BelayError } from '../domain/errors.ts';
import { damaged } from '../slots/archive/tar-entry.ts';

const CHUNK_BYTES = 1 << 20;

export interface LayerSums {
  /** Hex, of the bytes as they are. */
  sha256: string;
  /** `sha256:…` of what they unpack to. */
  diffId: string;
  unpackedBytes: number;
}

/** Takes the sums of a layer, packed and unpacked, in one pass. `onUnpacked` may refuse it for what it becomes. */
export async function layerSums(
  content: AsyncIterable<Buffer>,
  onUnpacked: (bytes: number) => void,
  signal: AbortSignal,
): Promise<LayerSums> {
  const packed = createHash('sha256');
  const unpacked = createHash('sha256');
  let unpackedBytes = 0;
  const chunks = content[Symbol.asyncIterator]();
  const first = (await chunks.next()).value as Buffer | undefined;
  const raw = async function* () {
    for (let chunk = first; chunk; chunk = (await chunks.next()).value as Buffer | undefined) {
      packed.update(chunk);
      yield chunk;
    }
  };
  const take = async (pieces: AsyncIterable<Buffer>) => {
    for await (const piece of pieces) {
      unpacked.update(piece);
      unpackedBytes += piece.length;
      onUnpacked(piece.length);
    }
  };
  const decoder = first ? decoderFor(first) : null;
  try {
    await (decoder ? pipeline(raw(), decoder, take, { signal }) : pipeline(raw(), take, { signal }));
  } catch (thrown) {
    if (signal.aborted || thrown instanceof BelayError) throw thrown;
    throw damaged('a layer of an image cannot be unpacked', thrown);
  }
  return { sha256: packed.digest('hex'), diffId: `sha256:${unpacked.digest('hex')}`, unpackedBytes };
}

function decoderFor(first: Buffer) {
  if (first.length >= 2 && first.readUInt16BE(0) === 0x1f8b) return createGunzip({ chunkSize: CHUNK_BYTES });
  const isZstd = first.length >= 4 && first.readUInt32BE(0) === 0x28b52ffd;
  return isZstd ? createZstdDecompress({ chunkSize: CHUNK_BYTES }) : null;
}

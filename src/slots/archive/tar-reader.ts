import { ByteSource } from './byte-source.ts';
import { readPax } from './pax.ts';
import { checkedMap, readMap } from './sparse.ts';
import {
  BLOCK_BYTES,
  damaged,
  type EntryKind,
  paddingAfter,
  type SparseMap,
  type TarEntry,
  unwanted,
} from './tar-entry.ts';
import { isZero, numberAt, type RawHeader, readHeader } from './tar-header.ts';

const MAX_EXTENDED_BYTES = 8 << 20;
const MAX_NAME_BYTES = 64 << 10;

/** A member with its content, which is read once, before the next member is asked for. */
export interface TarMember {
  entry: TarEntry;
  /** The blocks that describe it, as they were read. */
  header: Buffer;
  content: AsyncIterable<Buffer>;
}

const KINDS: Record<string, EntryKind> = {
  '0': 'file',
  '\0': 'file',
  '7': 'file',
  S: 'file',
  '1': 'hard link',
  '2': 'symlink',
  '3': 'character device',
  '4': 'block device',
  '5': 'directory',
  '6': 'FIFO',
};

/**
 * Reads a tar archive: POSIX' pax, ustar, GNU's and the old one, sparse files included. What it does not know
 * for certain, it refuses: an archive that two programs read differently is how files get where they should not.
 */
export async function* readTar(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<TarMember> {
  const source = new ByteSource(chunks);
  for (;;) {
    const described = await describe(source);
    if (described === null) break;
    const { entry, blocks } = described;
    let left = entry.sizeBytes;
    const content = async function* (): AsyncGenerator<Buffer> {
      while (left > 0) {
        const piece = await source.takeSome(left);
        left -= piece.length;
        yield piece;
      }
    };
    yield { entry, header: Buffer.concat(blocks), content: content() };
    while (left > 0) left -= (await source.takeSome(left)).length;
    const padding = paddingAfter(entry.sizeBytes);
    if (padding > 0) await source.take(padding);
  }
  for (let block = await source.takeOrEnd(BLOCK_BYTES); block !== null; block = await source.takeOrEnd(BLOCK_BYTES)) {
    if (!isZero(block)) throw damaged('something follows its end');
  }
}

/** The next member's description, or null at the end, which blocks of zeros mark. */
async function describe(source: ByteSource): Promise<{ entry: TarEntry; blocks: Buffer[] } | null> {
  const blocks: Buffer[] = [];
  let pax = new Map<string, string>();
  for (;;) {
    const block = await source.takeOrEnd(BLOCK_BYTES);
    if (block === null) throw damaged('it ends without its end mark');
    if (isZero(block)) {
      if (blocks.length > 0) throw damaged('it ends in the middle');
      return null;
    }
    blocks.push(block);
    const header = readHeader(block);
    if (header.type === 'x' || header.type === 'g') {
      const records = readPax(await extended(source, header, MAX_EXTENDED_BYTES, blocks));
      if (header.type === 'x') pax = new Map([...pax, ...records]);
      else refuseNamesForAll(records);
    } else if (header.type === 'L' || header.type === 'K') {
      const name = (await extended(source, header, MAX_NAME_BYTES, blocks))
        .toString('latin1')
        .replace(/\0[\s\S]*$/, '');
      pax.set(header.type === 'L' ? 'path' : 'linkpath', name);
    } else {
      return { entry: await complete(source, header, pax, blocks), blocks };
    }
  }
}

async function extended(source: ByteSource, header: RawHeader, maxBytes: number, blocks: Buffer[]): Promise<Buffer> {
  if (header.sizeBytes > maxBytes) throw unwanted('an extended header is too large');
  const block = await source.take(header.sizeBytes);
  blocks.push(block, await source.take(paddingAfter(header.sizeBytes)));
  return block;
}

// Archives made by git begin with a comment for all members; anything else said of all of them is a trick.
function refuseNamesForAll(records: Map<string, string>): void {
  for (const key of records.keys()) {
    if (key !== 'comment') throw unwanted(`it says ${key} of all of its members at once`);
  }
}

async function complete(
  source: ByteSource,
  header: RawHeader,
  pax: Map<string, string>,
  blocks: Buffer[],
): Promise<TarEntry> {
  const number = (key: string, fallback: number): number => {
    const value = pax.get(key);
    if (value === undefined) return fallback;
    if (!/^\d{1,16}$/.test(value) || !Number.isSafeInteger(Number(value)))
      throw damaged(`the ${key} of a member is no number`);
    return Number(value);
  };
  const mtime = pax.get('mtime') ?? String(header.mtime);
  if (!/^-?\d{1,15}(\.\d{1,20})?$/.test(mtime)) throw damaged('the time of a member cannot be read');
  const name = pax.get('GNU.sparse.name') ?? pax.get('path') ?? header.name;
  let kind = KINDS[header.type];
  if (!kind) throw unwanted(`it has a member of the unknown type ${JSON.stringify(header.type)}`);
  // Before there was a type for directories, a slash at the end said it.
  if (kind === 'file' && header.type !== 'S' && name.endsWith('/')) kind = 'directory';
  const contentBytes = number('size', header.sizeBytes);
  if (kind !== 'file' && contentBytes > 0) throw unwanted(`a ${kind} in it has content`);
  const { sparse, sizeBytes } = await sparseOf(source, header, pax, contentBytes, blocks);
  return {
    kind,
    name: name.replace(/(?<=.)\/+$/, ''),
    linkName: kind === 'symlink' || kind === 'hard link' ? (pax.get('linkpath') ?? header.linkName) : '',
    mode: header.mode,
    uid: number('uid', header.uid),
    gid: number('gid', header.gid),
    mtime,
    sizeBytes,
    sparse,
    attributes: [...pax].filter(([key]) => /^(SCHILY\.(xattr|acl)\.|RHT\.security\.selinux$)/.test(key)),
    device: kind.endsWith('device') ? header.device : { major: 0, minor: 0 },
  };
}

async function sparseOf(
  source: ByteSource,
  header: RawHeader,
  pax: Map<string, string>,
  contentBytes: number,
  blocks: Buffer[],
): Promise<{ sparse: SparseMap | null; sizeBytes: number }> {
  if (header.type === 'S') {
    const numbers = await oldMap(source, header, blocks);
    return { sparse: checkedMap(numberAt(header.block, 483, 12), numbers, contentBytes), sizeBytes: contentBytes };
  }
  const realSize = Number(pax.get('GNU.sparse.realsize') ?? pax.get('GNU.sparse.size'));
  if (pax.get('GNU.sparse.major') === '1' && pax.get('GNU.sparse.minor') === '0') {
    const map = await readMap(source, contentBytes);
    blocks.push(...map.blocks);
    const sizeBytes = contentBytes - map.sizeBytes;
    return { sparse: checkedMap(realSize, map.numbers, sizeBytes), sizeBytes };
  }
  const inline = pax.get('GNU.sparse.map');
  if (inline !== undefined) {
    return { sparse: checkedMap(realSize, inline.split(',').map(Number), contentBytes), sizeBytes: contentBytes };
  }
  if ([...pax.keys()].some((key) => key.startsWith('GNU.sparse.'))) {
    throw unwanted('it has a sparse file in a form that is not known');
  }
  return { sparse: null, sizeBytes: contentBytes };
}

/** GNU's first form: four parts in the header, 21 in each block that follows it. */
async function oldMap(source: ByteSource, { block }: RawHeader, blocks: Buffer[]): Promise<number[]> {
  const numbers: number[] = [];
  const take = (from: Buffer, start: number, count: number) => {
    for (let at = start; at < start + count * 24 && from[at] !== 0; at += 24) {
      numbers.push(numberAt(from, at, 12), numberAt(from, at + 12, 12));
    }
  };
  take(block, 386, 4);
  for (let hasMore = block[482] !== 0; hasMore; ) {
    if (numbers.length > 8_000_000) throw unwanted('the map of a sparse file is too long');
    const more = await source.take(BLOCK_BYTES);
    blocks.push(more);
    take(more, 0, 21);
    hasMore = more[504] !== 0;
  }
  return numbers;
}

import { BLOCK_BYTES, damaged } from './tar-entry.ts';

/** The fields of a header block, as they are written in it. */
export interface RawHeader {
  type: string;
  name: string;
  linkName: string;
  mode: number;
  uid: number;
  gid: number;
  sizeBytes: number;
  mtime: number;
  device: { major: number; minor: number };
  /** POSIX' `ustar`, where the name may have a first part; GNU's has other things there. */
  isPosix: boolean;
  block: Buffer;
}

export function isZero(block: Buffer): boolean {
  for (const byte of block) if (byte !== 0) return false;
  return true;
}

function text(block: Buffer, from: number, length: number): string {
  const end = block.indexOf(0, from);
  return block.toString('latin1', from, end < 0 || end > from + length ? from + length : end);
}

/** An octal number, or GNU's form for larger ones: a bit at the beginning, and then bytes. */
export function numberAt(block: Buffer, from: number, length: number): number {
  const first = block[from] as number;
  if (first & 0x80) {
    const isNegative = (first & 0x40) !== 0;
    let value = isNegative ? (first & 0xff) - 256 : first & 0x7f;
    for (let index = from + 1; index < from + length; index++) value = value * 256 + (block[index] as number);
    if (!Number.isSafeInteger(value)) throw damaged('a number in a header is too large');
    return value;
  }
  const digits = text(block, from, length).trim();
  if (!/^[0-7]*$/.test(digits)) throw damaged('a number in a header cannot be read');
  return digits === '' ? 0 : Number.parseInt(digits, 8);
}

function checksum(block: Buffer): number {
  let sum = 8 * 0x20; // its own field counts as blanks
  for (let index = 0; index < BLOCK_BYTES; index++) {
    if (index < 148 || index >= 156) sum += block[index] as number;
  }
  return sum;
}

/** Reads a header block. Refused where its checksum is wrong. */
export function readHeader(block: Buffer): RawHeader {
  if (numberAt(block, 148, 8) !== checksum(block)) throw damaged('the checksum of a header is wrong');
  const isPosix = block.toString('latin1', 257, 263) === 'ustar\0';
  const prefix = isPosix ? text(block, 345, 155) : '';
  const name = text(block, 0, 100);
  const sizeBytes = numberAt(block, 124, 12);
  if (sizeBytes < 0) throw damaged('a size is negative');
  return {
    type: String.fromCharCode(block[156] as number),
    name: prefix === '' ? name : `${prefix}/${name}`,
    linkName: text(block, 157, 100),
    mode: numberAt(block, 100, 8) & 0o7777,
    uid: numberAt(block, 108, 8),
    gid: numberAt(block, 116, 8),
    sizeBytes,
    mtime: numberAt(block, 136, 12),
    device: { major: numberAt(block, 329, 8), minor: numberAt(block, 337, 8) },
    isPosix,
    block,
  };
}

const octal = (value: number, length: number): string =>
  `${Math.max(0, value)
    .toString(8)
    .padStart(length - 1, '0')}\0`;

/** Writes a header block; what does not fit in it has to stand in an extended header before it. */
export function writeHeader(header: Omit<RawHeader, 'isPosix' | 'block'>): Buffer {
  const block = Buffer.alloc(BLOCK_BYTES);
  const fits = (value: number, digits: number): number => (value >= 0 && value < 8 ** digits ? value : 0);
  block.write(header.name.slice(0, 100), 0, 'latin1');
  block.write(octal(header.mode, 8), 100, 'latin1');
  block.write(octal(fits(header.uid, 7), 8), 108, 'latin1');
  block.write(octal(fits(header.gid, 7), 8), 116, 'latin1');
  block.write(octal(fits(header.sizeBytes, 11), 12), 124, 'latin1');
  block.write(octal(fits(header.mtime, 11), 12), 136, 'latin1');
  block.write(header.type, 156, 'latin1');
  block.write(header.linkName.slice(0, 100), 157, 'latin1');
  block.write('ustar\x0000', 257, 'latin1');
  block.write(octal(header.device.major, 8), 329, 'latin1');
  block.write(octal(header.device.minor, 8), 337, 'latin1');
  block.write(`${checksum(block).toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

import { BelayError } from '../../domain/errors.ts';

export type EntryKind = 'file' | 'directory' | 'symlink' | 'hard link' | 'FIFO' | 'character device' | 'block device';

/** Where a sparse file has content: pairs of offset and length, in order; the rest are holes. */
export interface SparseMap {
  realSizeBytes: number;
  extents: [offset: number, length: number][];
}

/** One member of a tar archive. Names are bytes in latin1, because they need not be valid in any encoding. */
export interface TarEntry {
  kind: EntryKind;
  /** As it is written, but without a slash at the end. */
  name: string;
  /** Of a symbolic or hard link; '' otherwise. */
  linkName: string;
  /** Permissions with set-user-id, set-group-id and sticky. */
  mode: number;
  uid: number;
  gid: number;
  /** Seconds since 1970, with as many decimals as were written. */
  mtime: string;
  /** Bytes of content that follow; for a sparse file, of what lies between its holes. */
  sizeBytes: number;
  sparse: SparseMap | null;
  /** Extended attributes and ACLs, as the records that GNU tar writes: `SCHILY.xattr.user.note`. */
  attributes: [key: string, value: string][];
  device: { major: number; minor: number };
}

export const BLOCK_BYTES = 512;

/** Bytes of zeros after content of this length. */
export const paddingAfter = (sizeBytes: number): number => (BLOCK_BYTES - (sizeBytes % BLOCK_BYTES)) % BLOCK_BYTES;

/** Says of a name in bytes what can be printed. */
export const printableName = (name: string): string =>
  [...Buffer.from(name, 'latin1').toString()]
    .map((each) => (/[\p{C}\p{Z}]/u.test(each) && each !== ' ' ? '?' : each))
    .join('');

/** The refusal of an archive that cannot be read as what it says that it is. */
export const damaged = (why: string, cause?: unknown): BelayError =>
  new BelayError('refused', `The archive is damaged: ${why}.`, {
    hint: 'Nothing has been changed. Look for another copy of it.',
    cause,
  });

/** The refusal of an archive that is whole, and holds what must not be unpacked. */
export const unwanted = (why: string, hint = 'Nothing has been changed.'): BelayError =>
  new BelayError('refused', `The archive is refused: ${why}.`, { hint });

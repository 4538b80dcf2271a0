import { writePax } from './pax.ts';
import { writeMap } from './sparse.ts';
import { BLOCK_BYTES, paddingAfter, type TarEntry } from './tar-entry.ts';
import { writeHeader } from './tar-header.ts';

/** Two blocks of zeros end an archive. */
export const END_OF_ARCHIVE = Buffer.alloc(2 * BLOCK_BYTES);

const TYPES: Record<TarEntry['kind'], string> = {
  file: '0',
  'hard link': '1',
  symlink: '2',
  'character device': '3',
  'block device': '4',
  directory: '5',
  FIFO: '6',
};

const isPlain = (name: string): boolean => name.length <= 100 && /^[\x20-\x7e]*$/.test(name);

/** Everything of a member that goes before its content: in POSIX' pax format, a sparse file as GNU's 1.0. */
export function entryHeader(entry: TarEntry): Buffer {
  const { sparse } = entry;
  const map = sparse ? writeMap(sparse) : null;
  const sizeBytes = entry.sizeBytes + (map?.length ?? 0);
  const name = entry.kind === 'directory' ? `${entry.name}/` : entry.name;
  const mtime = Number(entry.mtime);
  const records: [string, string][] = [];
  if (!isPlain(name) && !sparse) records.push(['path', name]);
  if (!isPlain(entry.linkName)) records.push(['linkpath', entry.linkName]);
  if (!/^\d{1,10}$/.test(entry.mtime)) records.push(['mtime', entry.mtime]);
  if (entry.uid >= 8 ** 7) records.push(['uid', String(entry.uid)]);
  if (entry.gid >= 8 ** 7) records.push(['gid', String(entry.gid)]);
  if (sizeBytes >= 8 ** 11) records.push(['size', String(sizeBytes)]);
  if (sparse) {
    records.push(['GNU.sparse.major', '1'], ['GNU.sparse.minor', '0'], ['GNU.sparse.name', name]);
    records.push(['GNU.sparse.realsize', String(sparse.realSizeBytes)]);
  }
  records.push(...entry.attributes);
  const header = writeHeader({
    ...entry,
    type: TYPES[entry.kind],
    name: isPlain(name) ? name : `member-${entry.kind === 'directory' ? 'd/' : 'f'}`,
    linkName: isPlain(entry.linkName) ? entry.linkName : '',
    mtime: Math.floor(mtime),
    sizeBytes,
  });
  return Buffer.concat([...extendedHeader(records), header, ...(map ? [map] : [])]);
}

function extendedHeader(records: [string, string][]): Buffer[] {
  if (records.length === 0) return [];
  const body = writePax(records);
  const header = writeHeader({
    type: 'x',
    name: 'PaxHeader',
    linkName: '',
    mode: 0o644,
    uid: 0,
    gid: 0,
    sizeBytes: body.length,
    mtime: 0,
    device: { major: 0, minor: 0 },
  });
  return [header, body, Buffer.alloc(paddingAfter(body.length))];
}

/** What goes after the content of a member. */
export const entryPadding = ({ sizeBytes }: TarEntry): Buffer => Buffer.alloc(paddingAfter(sizeBytes));

/** A file of text that the archive says something of itself with. */
export const textEntry = (name: string, sizeBytes: number, mtimeMs: number): TarEntry => ({
  kind: 'file',
  name,
  linkName: '',
  mode: 0o644,
  uid: 0,
  gid: 0,
  mtime: String(Math.floor(mtimeMs / 1000)),
  sizeBytes,
  sparse: null,
  attributes: [],
  device: { major: 0, minor: 0 },
});

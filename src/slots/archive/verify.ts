import { createHash } from 'node:crypto';
import { type BigIntStats, closeSync, constants, lstatSync, openSync, readlinkSync, readSync } from 'node:fs';
import type { PackProgress } from '../../domain/ports/archive-store.ts';
import { commandRecords } from '../command.ts';
import { type DataMember, readArchive } from './archive-reader.ts';
import { readCompressed } from './compression.ts';
import { counted } from './counted.ts';
import type { PackedMount } from './pack.ts';
import { damaged, type EntryKind, printableName, type TarEntry } from './tar-entry.ts';

export interface VerifyOptions {
  onProgress: (progress: PackProgress) => void;
  signal: AbortSignal;
}

const differs = (path: Buffer, what: string) =>
  damaged(`what it has of ${printableName(path.toString('latin1'))} differs from the data (${what})`);

/**
 * Reads an archive back from the disk and holds it against the data that it was made of: every byte of every
 * file, every owner, mode, time and link, and that nothing of the data is missing.
 */
export async function verifyArchive(
  path: string,
  sha256: string,
  mounts: readonly PackedMount[],
  options: VerifyOptions,
): Promise<void> {
  const whole = createHash('sha256');
  const met = new Map(mounts.map(({ directory }) => [directory, 0]));
  let [doneBytes, files] = [0, 0];
  const onMember = async ({ directory, entry, content }: DataMember) => {
    const mount = mounts.find((each) => each.directory === directory) as PackedMount;
    const watched = counted(content, entry.sizeBytes, (bytes) =>
      options.onProgress({ doneBytes: doneBytes + bytes, files, phase: 'verifying' }),
    );
    await compareMember(Buffer.from(mount.path), entry, watched);
    met.set(directory, (met.get(directory) ?? 0) + 1);
    doneBytes += entry.sizeBytes;
    if (entry.kind !== 'directory') files++;
    options.onProgress({ doneBytes, files, phase: 'verifying' });
  };
  await readCompressed(
    path,
    { onRaw: (chunk) => void whole.update(chunk), limitRatio: false, signal: options.signal },
    (chunks) => readArchive(chunks, { origin: 'own', quotaBytes: Number.MAX_SAFE_INTEGER }, { onMember }),
  );
  if (whole.digest('hex') !== sha256) throw damaged('what was read back is not what was written');
  for (const mount of mounts) {
    const expected = await countEntries(mount.path, options.signal);
    if (met.get(mount.directory) !== expected) {
      throw damaged(`it has ${met.get(mount.directory)} of the ${expected} entries of ${mount.path}`);
    }
  }
}

async function countEntries(path: string, signal: AbortSignal): Promise<number> {
  let entries = 0;
  for await (const records of commandRecords('find', [path, '!', '-type', 's', '-printf', '.\\0'], { signal })) {
    entries += records.length;
  }
  return entries;
}

async function compareMember(root: Buffer, entry: TarEntry, content: AsyncIterable<Buffer>): Promise<void> {
  const within = (name: string) => (name === '' ? root : Buffer.concat([root, Buffer.from(`/${name}`, 'latin1')]));
  const path = within(entry.name);
  const status = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  if (!status) throw differs(path, 'it is gone');
  if (entry.kind === 'hard link') {
    if (lstatSync(within(entry.linkName), { bigint: true }).ino !== status.ino) throw differs(path, 'hard link');
    return;
  }
  if (kindOf(status) !== entry.kind) throw differs(path, 'type');
  if ((Number(status.mode) & 0o7777) !== entry.mode && entry.kind !== 'symlink') throw differs(path, 'mode');
  if (Number(status.uid) !== entry.uid || Number(status.gid) !== entry.gid) throw differs(path, 'owner');
  if (status.mtimeNs !== nanoseconds(entry.mtime)) throw differs(path, 'time');
  if (entry.kind === 'symlink' && readlinkSync(path, 'latin1') !== entry.linkName) throw differs(path, 'link');
  if (entry.kind !== 'file') return;
  if (Number(status.size) !== (entry.sparse?.realSizeBytes ?? entry.sizeBytes)) throw differs(path, 'size');
  await compareContent(path, entry, content);
}

function kindOf(status: BigIntStats): EntryKind | null {
  if (status.isFile()) return 'file';
  if (status.isDirectory()) return 'directory';
  if (status.isSymbolicLink()) return 'symlink';
  if (status.isFIFO()) return 'FIFO';
  if (status.isCharacterDevice()) return 'character device';
  return status.isBlockDevice() ? 'block device' : null;
}

function nanoseconds(mtime: string): bigint {
  const [, sign, seconds = '0', fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(mtime) ?? [];
  const value = BigInt(seconds) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0').slice(0, 9));
  return sign === '-' ? -value : value;
}

/** Reads synchronously: what is compared has just been read, and 200,000 small files would wait 800,000 times. */
async function compareContent(
  path: Buffer,
  { sparse, sizeBytes }: TarEntry,
  content: AsyncIterable<Buffer>,
): Promise<void> {
  if (sizeBytes === 0) return;
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const extents = sparse?.extents ?? [[0, sizeBytes] as const];
    let extent = 0;
    let within = 0;
    for await (const chunk of content) {
      for (let taken = 0; taken < chunk.length; ) {
        const [offset, length] = extents[extent] ?? [0, 0];
        const piece = chunk.subarray(taken, taken + Math.min(chunk.length - taken, length - within));
        if (piece.length === 0 || !isAt(file, offset + within, piece)) throw differs(path, 'content');
        taken += piece.length;
        within += piece.length;
        if (within === length) {
          extent++;
          within = 0;
        }
      }
    }
  } finally {
    closeSync(file);
  }
}

function isAt(file: number, position: number, expected: Buffer): boolean {
  const found = Buffer.allocUnsafe(expected.length);
  for (let filled = 0; filled < found.length; ) {
    const bytes = readSync(file, found, filled, found.length - filled, position + filled);
    if (bytes === 0) return false;
    filled += bytes;
  }
  return found.equals(expected);
}

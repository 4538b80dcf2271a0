import { createHash } from 'node:crypto';
import { type FileHandle, lstat, open, rm } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { constants, createZstdCompress } from 'node:zlib';
import type { PackProgress } from '../../domain/ports/archive-store.ts';
import type { SlotArchive } from '../../domain/slot.ts';
import { throwIfAborted } from '../command.ts';
import { inBatches } from './batches.ts';
import { checksumLine, Seal } from './checksums.ts';
import { counted } from './counted.ts';
import { unwelcome } from './entry-rules.ts';
import { type ArchiveManifest, CHECKSUMS, MANIFEST, SEAL } from './manifest.ts';
import { printableName, type TarEntry } from './tar-entry.ts';
import { readWithTar } from './tar-process.ts';
import { readTar } from './tar-reader.ts';
import { END_OF_ARCHIVE, entryHeader, entryPadding, textEntry } from './tar-writer.ts';

export interface PackedMount {
  /** Where the data lies. */
  path: string;
  /** Where it goes in the archive: `data/1`. */
  directory: string;
}

export interface PackOptions {
  onProgress: (progress: PackProgress) => void;
  /** Called now and then: throws where there is no room for more. */
  checkRoom: () => Promise<void>;
  signal: AbortSignal;
}

const ROOM_EVERY_BYTES = 32 << 20;

/** Writes an archive of these mounts at `path`, which must not be there, and flushes it. Not yet verified. */
export async function packArchive(
  path: string,
  manifest: ArchiveManifest,
  mounts: readonly PackedMount[],
  options: PackOptions,
): Promise<Omit<SlotArchive, 'path' | 'format' | 'prefix'>> {
  const file = await open(path, 'wx', 0o600);
  const spool = await open(`${path}.sums`, 'wx+', 0o600);
  const whole = createHash('sha256');
  let sizeBytes = 0;
  let unchecked = 0;
  const save = async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) {
      unchecked += chunk.length;
      if (unchecked > ROOM_EVERY_BYTES) {
        await options.checkRoom();
        unchecked = 0;
      }
      whole.update(chunk);
      await file.appendFile(chunk);
      sizeBytes += chunk.length;
    }
  };
  try {
    const packer = new Packer(spool, options);
    const zstd = createZstdCompress({
      chunkSize: 1 << 20,
      params: { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_checksumFlag]: 1 },
    });
    await pipeline(inBatches(packer.archive(manifest, mounts)), zstd, save, { signal: options.signal });
    await file.sync();
    const { dataBytes, files, unwelcome } = packer;
    return { sha256: whole.digest('hex'), sizeBytes, dataBytes, files, ...(unwelcome ? { unwelcome } : {}) };
  } catch (thrown) {
    throwIfAborted(options.signal);
    throw thrown;
  } finally {
    await file.close();
    await spool.close();
    await rm(`${path}.sums`, { force: true });
  }
}

/** Makes the bytes of an archive, in order; only one pass over the data, and nothing of its size in memory. */
class Packer {
  readonly #spool: FileHandle;
  readonly #options: PackOptions;
  readonly #seal = new Seal();
  #sumsBytes = 0;
  #lines: string[] = [];
  dataBytes = 0;
  files = 0;
  unwelcome: SlotArchive['unwelcome'];

  constructor(spool: FileHandle, options: PackOptions) {
    this.#spool = spool;
    this.#options = options;
  }

  async *archive(manifest: ArchiveManifest, mounts: readonly PackedMount[]): AsyncGenerator<Buffer> {
    const nowMs = Date.parse(manifest.archivedAt);
    const text = Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`);
    yield* this.#member(textEntry(MANIFEST, text.length, nowMs), [text]);
    for (const mount of mounts) yield* this.#mount(mount);
    await this.#flushLines();
    const sums = this.#spool.createReadStream({ start: 0, autoClose: false });
    yield* this.#member(textEntry(CHECKSUMS, this.#sumsBytes, nowMs), sums);
    const { dataBytes, files } = this;
    const seal = Buffer.from(`${JSON.stringify({ sha256: this.#seal.value(), dataBytes, files })}\n`);
    const entry = textEntry(SEAL, seal.length, nowMs);
    yield Buffer.concat([entryHeader(entry), seal, entryPadding(entry), END_OF_ARCHIVE]);
  }

  async *#mount({ path, directory }: PackedMount): AsyncGenerator<Buffer> {
    const isDirectory = (await lstat(path)).isDirectory();
    const tar = isDirectory ? readWithTar(path, '.') : readWithTar(dirname(path), `./${basename(path)}`);
    const inArchive = (name: string): string =>
      isDirectory ? `${directory}${name.replace(/^\.(?=\/|$)/, '')}` : directory;
    try {
      for await (const { entry, content } of readTar(tar.stream)) {
        const linkName = entry.kind === 'hard link' ? inArchive(entry.linkName) : entry.linkName;
        const watched = counted(content, entry.sizeBytes, (bytes) => this.#tell(bytes));
        yield* this.#member({ ...entry, name: inArchive(entry.name), linkName }, watched);
        if (entry.kind !== 'directory') this.files++;
        this.dataBytes += entry.sizeBytes;
        this.#noteUnwelcome(entry);
        this.#tell(0);
      }
      await tar.ended;
    } catch (thrown) {
      // Where tar has failed, its output ends in the middle: what it complained of says more.
      if (!this.#options.signal.aborted) await tar.ended;
      throw thrown;
    } finally {
      tar.kill();
    }
  }

  #tell(ofThisBytes: number): void {
    this.#options.onProgress({ doneBytes: this.dataBytes + ofThisBytes, files: this.files, phase: 'writing' });
  }

  #noteUnwelcome(entry: TarEntry): void {
    const why = unwelcome(entry, printableName(entry.name.replace(/^\.\//, '')));
    if (why === null) return;
    this.unwelcome ??= { members: 0, first: why };
    this.unwelcome.members++;
  }

  async *#member(entry: TarEntry, content: AsyncIterable<Buffer> | Iterable<Buffer>): AsyncGenerator<Buffer> {
    const header = entryHeader(entry);
    yield header;
    const sum = createHash('sha256');
    for await (const chunk of content) {
      sum.update(chunk);
      yield chunk;
    }
    const padding = entryPadding(entry);
    if (padding.length > 0) yield padding;
    const sha256 = entry.kind === 'file' ? sum.digest('hex') : null;
    this.#seal.add(header, sha256);
    if (sha256 === null || entry.name === CHECKSUMS) return;
    this.#lines.push(checksumLine(entry, entry.name, sha256));
    if (this.#lines.length > 1_000) await this.#flushLines();
  }

  async #flushLines(): Promise<void> {
    const lines = Buffer.from(this.#lines.join(''), 'latin1');
    this.#lines = [];
    await this.#spool.appendFile(lines);
    this.#sumsBytes += lines.length;
  }
}

import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { BelayError } from '../domain/errors.ts';
import type { Descriptor } from '../domain/image-manifest.ts';
import type { BundleContents, BundledImage } from '../domain/ports/bundle-store.ts';
import type { ImageParts } from '../domain/ports/image-library.ts';
import { BLOCK_BYTES, paddingAfter } from '../slots/archive/tar-entry.ts';
import { readHeader } from '../slots/archive/tar-header.ts';
import { END_OF_ARCHIVE } from '../slots/archive/tar-writer.ts';
import { throwIfAborted } from '../slots/command.ts';
import { CONTENTS, contentsText, MAX_TEXT_BYTES, readContents } from './contents.ts';
import { frameOf, type Member, membersOf } from './members.ts';

const CHUNK_BYTES = 1 << 20;
const ROOM_EVERY_BYTES = 32 << 20;

export interface WriteOptions {
  blob: (image: BundledImage, part: Descriptor, offsetBytes: number) => AsyncIterable<Buffer>;
  onProgress: (doneBytes: number, totalBytes: number) => void;
  /** Called now and then with what is still to come: throws where there is no room for it. */
  checkRoom: (missingBytes: number) => Promise<void>;
  signal: AbortSignal;
}

/** Writes a bundle at `path`, or what is missing of it there, and flushes it. Not yet verified. */
export async function writeBundle(
  path: string,
  wanted: BundleContents,
  parts: readonly ImageParts[],
  options: WriteOptions,
): Promise<void> {
  const file = await open(path, 'r+').catch(() => open(path, 'wx+', 0o600));
  try {
    const contents = { ...wanted, createdAt: (await begunAt(file, wanted)) ?? wanted.createdAt };
    const members = membersOf(contents, parts);
    const writer = new BundleWriter(file, (await file.stat()).size, contents.createdAt, members, options);
    for (const member of members) await writer.add(member);
    await writer.end();
    await file.sync();
  } finally {
    await file.close();
  }
}

/** When what is there already was begun; null where it is no beginning of this very bundle. */
async function begunAt(file: FileHandle, wanted: BundleContents): Promise<Date | null> {
  try {
    const block = Buffer.alloc(BLOCK_BYTES);
    await file.read(block, 0, BLOCK_BYTES, 0);
    const { name, sizeBytes } = readHeader(block);
    if (name !== CONTENTS || sizeBytes > MAX_TEXT_BYTES) return null;
    const text = Buffer.alloc(sizeBytes);
    await file.read(text, 0, sizeBytes, BLOCK_BYTES);
    const { createdAt } = readContents(text.toString('utf8'));
    return contentsText({ ...wanted, createdAt }) === text.toString('utf8') ? createdAt : null;
  } catch {
    // Whatever it is, it is written anew.
    return null;
  }
}

class BundleWriter {
  readonly #file: FileHandle;
  readonly #at: Date;
  readonly #options: WriteOptions;
  readonly #totalBytes: number;
  /** So much of the file was there before; from the first byte that is not as it should be on, none of it counts. */
  #keptBytes: number;
  #position = 0;
  #uncheckedBytes = ROOM_EVERY_BYTES;

  constructor(file: FileHandle, keptBytes: number, at: Date, members: readonly Member[], options: WriteOptions) {
    this.#file = file;
    this.#keptBytes = keptBytes;
    this.#at = at;
    this.#options = options;
    this.#totalBytes = members.reduce(
      (sum, { sizeBytes }) => sum + BLOCK_BYTES + sizeBytes + paddingAfter(sizeBytes),
      0,
    );
  }

  async add(member: Member): Promise<void> {
    const { header, padding } = frameOf(member, this.#at);
    if (!(await this.#isThere(header))) await this.#write(header);
    const beganAt = this.#position;
    if (!(await this.#addContent(member, true))) {
      // What was kept of it is not what it should be: all of it anew.
      this.#position = beganAt;
      this.#keptBytes = beganAt;
      if (!(await this.#addContent(member, false))) throw notWhatItSays(member);
    }
    if (!(await this.#isThere(padding))) await this.#write(padding);
  }

  async end(): Promise<void> {
    this.#keptBytes = this.#position;
    await this.#write(END_OF_ARCHIVE);
    await this.#file.truncate(this.#position);
  }

  /** Goes over what is kept of a file, and writes the rest of it. False where its sum is not the right one. */
  async #addContent({ source, sizeBytes, sha256 }: Member, mayKeep: boolean): Promise<boolean> {
    const sum = createHash('sha256');
    const kept = mayKeep ? await this.#sumOfKept(sizeBytes, sum) : 0;
    if (kept < sizeBytes) {
      if ('text' in source) {
        const rest = source.text.subarray(kept);
        sum.update(rest);
        await this.#write(rest);
      } else {
        for await (const chunk of this.#options.blob(source.image, source.part, kept)) {
          throwIfAborted(this.#options.signal);
          sum.update(chunk);
          await this.#write(chunk);
        }
      }
    }
    return sum.digest('hex') === sha256;
  }

  async #sumOfKept(sizeBytes: number, sum: Hash): Promise<number> {
    const length = Math.max(0, Math.min(sizeBytes, this.#keptBytes - this.#position));
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, Math.max(1, length)));
    for (let done = 0; done < length; ) {
      throwIfAborted(this.#options.signal);
      const { bytesRead } = await this.#file.read(chunk, 0, Math.min(chunk.length, length - done), this.#position);
      if (bytesRead === 0) return done;
      sum.update(chunk.subarray(0, bytesRead));
      done += bytesRead;
      this.#advance(bytesRead);
    }
    return length;
  }

  /** Whether these very bytes stand here already; then it goes on behind them. */
  async #isThere(expected: Buffer): Promise<boolean> {
    if (this.#keptBytes < this.#position + expected.length) return false;
    const found = Buffer.alloc(expected.length);
    await this.#file.read(found, 0, found.length, this.#position);
    if (!found.equals(expected)) return false;
    this.#advance(expected.length);
    return true;
  }

  async #write(bytes: Buffer): Promise<void> {
    this.#keptBytes = Math.min(this.#keptBytes, this.#position);
    if (this.#uncheckedBytes >= ROOM_EVERY_BYTES) {
      await this.#options.checkRoom(this.#totalBytes - this.#position);
      this.#uncheckedBytes = 0;
    }
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await this.#file.write(bytes, done, bytes.length - done, this.#position + done);
      done += bytesWritten;
    }
    this.#uncheckedBytes += bytes.length;
    this.#advance(bytes.length);
  }

  #advance(bytes: number): void {
    this.#position += bytes;
    this.#options.onProgress(Math.min(this.#position, this.#totalBytes), this.#totalBytes);
  }
}

const notWhatItSays = ({ name }: Member): BelayError =>
  new BelayError('registry-failed', `What the registry sent is not what its digest says (${name.slice(-64, -52)}…).`, {
    hint: 'Try again: what has come before it is kept.',
  });

import { createHash } from 'node:crypto';
import type { BundleReading, VerifiedBundle } from '../domain/ports/bundle-store.ts';
import { EntryRules } from '../slots/archive/entry-rules.ts';
import { damaged, printableName, unwanted } from '../slots/archive/tar-entry.ts';
import { readTar, type TarMember } from '../slots/archive/tar-reader.ts';
import { sizeOfFile } from '../slots/archive/whole-file.ts';
import {
  CONTENTS,
  digestOfName,
  INDEX,
  LAYOUT,
  MAX_TEXT_BYTES,
  readContents,
  requirePlatform,
  SUMS,
  VENDOR_MANIFEST,
  type WrittenContents,
} from './contents.ts';
import { ExpectedParts } from './expected-parts.ts';
import { bytesOf } from './file.ts';
import { layerSums } from './layer.ts';

const MANY_TEXT_BYTES = 256 << 20;

/** Reads a bundle to its end, judging every file of it as it comes. Only when this resolves is it what it says. */
export async function readBundle(path: string, reading: BundleReading): Promise<VerifiedBundle> {
  const sizeBytes = await sizeOfFile(path);
  const check = new BundleCheck(reading);
  const rules = new EntryRules({ origin: 'outside', quotaBytes: Number.MAX_SAFE_INTEGER });
  const bytes = bytesOf(path, reading.signal);
  let doneBytes = 0;
  const watched = async function* () {
    for await (const chunk of bytes) {
      doneBytes += chunk.length;
      reading.onProgress({ doneBytes, totalBytes: sizeBytes, phase: 'verifying' });
      yield chunk;
    }
  };
  try {
    for await (const member of readTar(watched())) await check.add({ ...member, entry: rules.admit(member.entry) });
  } finally {
    await bytes.return(undefined);
  }
  return { ...check.finish(), sizeBytes };
}

/** What has been met of a bundle so far, held against what it says of itself. */
class BundleCheck {
  readonly #reading: BundleReading;
  readonly #parts: ExpectedParts;
  readonly #sums: { name: string; sha256: string }[] = [];
  #contents: WrittenContents | null = null;
  #manifest: string | null = null;
  #isEnded = false;
  #textBytes = 0;
  #packedBytes = 0;
  #unpackedBytes = 0;

  constructor(reading: BundleReading) {
    this.#reading = reading;
    this.#parts = new ExpectedParts(reading.platform);
  }

  async add(member: TarMember): Promise<void> {
    const { name, kind, sparse } = member.entry;
    if (this.#isEnded) throw damaged('something follows its sums');
    if (kind === 'directory') return;
    if (kind !== 'file' || sparse) throw unwanted(`${printableName(name)} is a ${sparse ? 'sparse file' : kind}`);
    const digest = digestOfName(name);
    if (name === SUMS) this.#checkSums(await this.#text(member));
    else if (!this.#contents) {
      if (name !== CONTENTS) throw unwanted('it is no bundle of Belay: it does not begin with what it is');
      this.#begin(await this.#text(member));
    } else if (digest !== null) await this.#addPart(member, digest);
    else if (name === LAYOUT || name === INDEX) await this.#text(member);
    else if (name === VENDOR_MANIFEST && this.#contents.hasManifest) this.#manifest = await this.#text(member);
    else throw unwanted(`${printableName(name)} does not belong in a bundle`);
  }

  finish(): Omit<VerifiedBundle, 'sizeBytes'> {
    if (!this.#contents) throw damaged('it is empty');
    if (!this.#isEnded) throw damaged('its end is missing');
    const { hasManifest, ...contents } = this.#contents;
    if (hasManifest && this.#manifest === null) throw damaged(`${VENDOR_MANIFEST} is missing`);
    const images = this.#parts.verified(contents.images);
    const sizes = { packedBytes: this.#packedBytes, unpackedBytes: this.#unpackedBytes };
    return { ...contents, images, manifest: this.#manifest, ...sizes };
  }

  #begin(text: string): void {
    const contents = requirePlatform(readContents(text), this.#reading.platform);
    this.#contents = contents;
    for (const image of contents.images) this.#parts.expectImage(image);
  }

  async #addPart(member: TarMember, digest: string): Promise<void> {
    const { sizeBytes, name } = member.entry;
    this.#packedBytes += sizeBytes;
    const hex = digest.slice('sha256:'.length);
    if (this.#parts.expectsText(digest)) {
      const text = await this.#text(member);
      if (this.#sums.at(-1)?.sha256 !== hex) throw changed(name);
      this.#parts.takeText(digest, text);
    } else if (this.#parts.expectsLayer(digest)) {
      const sums = await layerSums(member.content, (bytes) => this.#countUnpacked(bytes), this.#reading.signal);
      if (sums.sha256 !== hex) throw changed(name);
      this.#parts.takeLayer(digest, { sizeBytes, diffId: sums.diffId });
      this.#sums.push({ name, sha256: hex });
    } else throw unwanted(`${name.slice(0, 24)}… belongs to none of its images, or comes before it is named`);
  }

  #countUnpacked(bytes: number): void {
    this.#unpackedBytes += bytes;
    if (this.#unpackedBytes <= this.#reading.quotaBytes) return;
    const limit = Math.floor(this.#reading.quotaBytes / (1 << 20)).toLocaleString('en-US');
    throw unwanted(`its images would unpack to more than the ${limit} MiB that are free`);
  }

  /** The whole file, whose sum is taken. */
  async #text({ entry, content }: TarMember): Promise<string> {
    this.#textBytes += entry.sizeBytes;
    if (entry.sizeBytes > MAX_TEXT_BYTES || this.#textBytes > MANY_TEXT_BYTES) {
      throw unwanted(`${printableName(entry.name)} is too large`);
    }
    const chunks: Buffer[] = [];
    for await (const chunk of content) chunks.push(Buffer.from(chunk));
    const whole = Buffer.concat(chunks);
    if (entry.name !== SUMS) {
      this.#sums.push({ name: entry.name, sha256: createHash('sha256').update(whole).digest('hex') });
    }
    return whole.toString('utf8');
  }

  #checkSums(text: string): void {
    const lines = text.split('\n').filter((line) => line !== '');
    for (const [index, line] of lines.entries()) {
      const found = this.#sums[index];
      if (!found || line !== `${found.sha256}  ${found.name}`) throw changed(line.slice(66));
    }
    if (lines.length < this.#sums.length) throw damaged('it has a file that its list of sums does not have');
    this.#isEnded = true;
  }
}

const changed = (name: string) => damaged(`${printableName(name.slice(0, 80))} is not what was written`);

import { createHash } from 'node:crypto';
import type { Descriptor } from '../domain/image-manifest.ts';
import type { BundleContents, BundledImage } from '../domain/ports/bundle-store.ts';
import type { ImageParts } from '../domain/ports/image-library.ts';
import type { TarEntry } from '../slots/archive/tar-entry.ts';
import { entryHeader, entryPadding, textEntry } from '../slots/archive/tar-writer.ts';
import {
  blobName,
  CONTENTS,
  contentsText,
  INDEX,
  indexText,
  LAYOUT,
  LAYOUT_TEXT,
  SUMS,
  VENDOR_MANIFEST,
} from './contents.ts';

/** One file of a bundle, before it is written. All of them are known beforehand, to the byte. */
export interface Member {
  name: string;
  sizeBytes: number;
  /** Hex. */
  sha256: string;
  /** Where its bytes come from: here already, or a part of an image. */
  source: { text: Buffer } | { image: BundledImage; part: Descriptor };
}

/**
 * The files of a bundle in their order: what it is, what its images are, what they consist of, and last the sums.
 * A manifest comes before its configuration and that before its layers, so that each is judged as it comes.
 */
export function membersOf(contents: BundleContents, parts: readonly ImageParts[]): Member[] {
  const named = contents.images.map((image, index) => {
    const { manifest } = parts[index] as ImageParts;
    return { name: image.reference, tag: image.tag, manifest };
  });
  const members = [
    textMember(CONTENTS, contentsText(contents)),
    textMember(LAYOUT, LAYOUT_TEXT),
    textMember(INDEX, indexText(named, contents.platform)),
    ...(contents.manifest === null ? [] : [textMember(VENDOR_MANIFEST, contents.manifest)]),
  ];
  const blobs = new Map<string, Member>();
  const add = (digest: string, member: () => Member) => {
    if (!blobs.has(digest)) blobs.set(digest, member());
  };
  for (const [index, image] of contents.images.entries()) {
    const { index: above, manifest, config, layers } = parts[index] as ImageParts;
    for (const file of above ? [above, manifest] : [manifest]) {
      add(file.digest, () => textMember(blobName(file.digest), file.text));
    }
    for (const part of [config, ...layers]) {
      const { digest, sizeBytes } = part;
      const sha256 = digest.slice('sha256:'.length);
      add(digest, () => ({ name: blobName(digest), sizeBytes, sha256, source: { image, part } }));
    }
  }
  members.push(...blobs.values());
  const sums = members.map(({ name, sha256 }) => `${sha256}  ${name}\n`).join('');
  return [...members, textMember(SUMS, sums)];
}

function textMember(name: string, content: string): Member {
  const text = Buffer.from(content);
  return { name, sizeBytes: text.length, sha256: createHash('sha256').update(text).digest('hex'), source: { text } };
}

const entryOf = ({ name, sizeBytes }: Member, at: Date): TarEntry => textEntry(name, sizeBytes, at.getTime());

/** What goes before and behind a file in a tar file. */
export const frameOf = (member: Member, at: Date): { header: Buffer; padding: Buffer } => {
  const entry = entryOf(member, at);
  return { header: entryHeader(entry), padding: entryPadding(entry) };
};

import type { Descriptor, Platform } from '../image-manifest.ts';
import type { ImageParts } from './image-library.ts';

/** One image of a bundle, and what it is for. */
export interface BundledImage {
  services: string[];
  /** As releases call it. */
  reference: string;
  repository: string;
  tag: string;
  /** The manifest's digest in its registry: of the index, where the image is one of several platforms. */
  digest: string;
  /** Digest of its configuration. */
  imageId: string;
}

/** What a bundle says of itself. */
export interface BundleContents {
  appliance: string;
  version: string;
  createdAt: Date;
  platform: Platform;
  images: BundledImage[];
  /** The vendor's manifest, where the appliance has one. */
  manifest: string | null;
}

export interface BundleProgress {
  doneBytes: number;
  totalBytes: number;
  phase: 'writing' | 'verifying' | 'loading';
}

/** With its own manifest, and the digests of its layers in their order. */
export interface VerifiedImage extends BundledImage {
  manifest: Descriptor;
  layers: string[];
}

/** A bundle that was read to its end and is all that it says. */
export interface VerifiedBundle extends BundleContents {
  images: VerifiedImage[];
  sizeBytes: number;
  /** What its images take, as they are in the file and unpacked. */
  packedBytes: number;
  unpackedBytes: number;
}

/** What a bundle says of itself in its first bytes, where nothing of it has been verified yet. */
export type BundleOutline = Omit<BundleContents, 'manifest'> & { sizeBytes: number };

export interface BundleReading {
  /** What the engine can run; anything else is refused. */
  platform: Platform;
  /** What its layers may unpack to, all together. */
  quotaBytes: number;
  onProgress: (progress: BundleProgress) => void;
  signal: AbortSignal;
}

/**
 * All images of a version in one file: an OCI image layout in a tar file, with what it is and the sum of every file.
 * Whatever is wrong with one is told as `refused`, before anything has been changed.
 */
export interface BundleStore {
  /**
   * Writes a bundle beside `path` under another name, reads it back, and only then gives it its name. Where it was cut
   * off, what has been written stays, and the same call goes on from there. `refused` where something is at `path`.
   */
  write(
    path: string,
    contents: BundleContents,
    parts: readonly ImageParts[],
    blob: (image: BundledImage, part: Descriptor, offsetBytes: number) => AsyncIterable<Buffer>,
    options: Omit<BundleReading, 'quotaBytes'>,
  ): Promise<VerifiedBundle>;
  /** Throws what `write` would because of where it is to be: `refused` where something is there, or it cannot be written. */
  requireWritable(path: string): Promise<void>;
  /** `not-found` where there is no file, `refused` where it is no bundle, or made for another platform. */
  outline(path: string, reading: Pick<BundleReading, 'platform' | 'signal'>): Promise<BundleOutline>;
  /** Reads a bundle to its end: every sum, every layer unpacked and held against its image. */
  verify(path: string, options: BundleReading): Promise<VerifiedBundle>;
  /**
   * Images of a bundle as one stream that an engine loads. It breaks off where the file is not what it was when
   * it was verified.
   */
  loadable(
    from: { path: string; bundle: VerifiedBundle; images: readonly VerifiedImage[] },
    options: Omit<BundleReading, 'platform' | 'quotaBytes'>,
  ): AsyncIterable<Buffer>;
}

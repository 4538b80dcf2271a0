import type { Descriptor, Platform } from '../image-manifest.ts';

/** A manifest as it is in a registry: the bytes that its digest is of. */
export interface ManifestFile extends Descriptor {
  text: string;
}

/** Everything that one image consists of. */
export interface ImageParts {
  /** The index that the digest is of, where it is one of several platforms; null where the image itself is. */
  index: ManifestFile | null;
  manifest: ManifestFile;
  config: Descriptor;
  layers: Descriptor[];
}

/**
 * Registries, part by part. Everything is asked for by digest, and what comes is held against it; errors are those of
 * `ImageRegistry`. Credentials are those that `docker login` has stored.
 */
export interface ImageLibrary {
  /** What an image of this digest consists of, for the platform where it is one of several. */
  parts(repository: string, digest: string, platform: Platform, signal: AbortSignal): Promise<ImageParts>;
  /** The bytes of one part, from an offset on. A broken connection is taken up again where it broke off. */
  blob(repository: string, part: Descriptor, offsetBytes: number, signal: AbortSignal): AsyncIterable<Buffer>;
  /**
   * Copies the image of a digest to another repository, under a tag, for every platform that it has, so that its digest
   * is the same there. Parts that are there already are not sent again. Reports bytes done of all.
   */
  copy(
    image: { repository: string; digest: string },
    to: { repository: string; tag: string },
    onProgress: (doneBytes: number, totalBytes: number) => void,
    signal: AbortSignal,
  ): Promise<void>;
  /** The digest that a tag has there now; null where there is no such tag. */
  digestOf(repository: string, tag: string, signal: AbortSignal): Promise<string | null>;
}

import {
  type Descriptor,
  type ImageManifest,
  imageFor,
  type Platform,
  platformText,
  readImageConfig,
  readImageManifest,
  samePlatform,
} from '../domain/image-manifest.ts';
import type { BundledImage, VerifiedImage } from '../domain/ports/bundle-store.ts';
import { damaged, unwanted } from '../slots/archive/tar-entry.ts';

interface SaidLayer {
  sizeBytes: number;
  /** What images say that it unpacks to; they had better agree. */
  diffIds: Set<string>;
}

interface FoundLayer {
  sizeBytes: number;
  diffId: string;
}

/** What the images of a bundle consist of, as far as it is known: a manifest names its configuration, and so on. */
export class ExpectedParts {
  readonly #platform: Platform;
  /** What is still to come, by digest: what follows from a text once it is there, and what is said of a layer. */
  readonly #texts = new Map<string, (text: string) => void>();
  readonly #layers = new Map<string, SaidLayer>();
  /** What has come already, which several images may have in common. */
  readonly #foundTexts = new Map<string, string>();
  readonly #foundLayers = new Map<string, FoundLayer>();
  readonly #images = new Map<BundledImage, VerifiedImage>();

  constructor(platform: Platform) {
    this.#platform = platform;
  }

  expectImage(image: BundledImage): void {
    this.#expectText(image.digest, (text) => {
      const read = readImageManifest(text);
      if (read.kind === 'image') {
        this.#expectParts(image, { text, digest: image.digest }, read);
        return;
      }
      const { digest } = imageFor(read, this.#platform);
      this.#expectText(digest, (below) => {
        const only = readImageManifest(below);
        if (only.kind === 'index') throw unwanted('an image in it is an index of indexes');
        this.#expectParts(image, { text: below, digest }, only);
      });
    });
  }

  expectsText(digest: string): boolean {
    return this.#texts.has(digest);
  }

  expectsLayer(digest: string): boolean {
    return this.#layers.has(digest);
  }

  /** Its sum has been checked. */
  takeText(digest: string, text: string): void {
    const then = this.#texts.get(digest);
    this.#texts.delete(digest);
    this.#foundTexts.set(digest, text);
    then?.(text);
  }

  takeLayer(digest: string, found: FoundLayer): void {
    requireSame(digest, found, this.#layers.get(digest));
    this.#layers.delete(digest);
    this.#foundLayers.set(digest, found);
  }

  /** Of which nothing is missing. */
  verified(images: readonly BundledImage[]): VerifiedImage[] {
    const [missing] = [...this.#texts.keys(), ...this.#layers.keys()];
    if (missing) throw damaged(`${missing.slice(0, 19)}… is missing`);
    return images.map((image) => this.#images.get(image) as VerifiedImage);
  }

  #expectParts(
    image: BundledImage,
    { text, digest }: { text: string; digest: string },
    { mediaType, config, layers }: Extract<ImageManifest, { kind: 'image' }>,
  ): void {
    const manifest = { mediaType, digest, sizeBytes: Buffer.byteLength(text) };
    this.#images.set(image, { ...image, manifest, layers: layers.map((layer) => layer.digest) });
    if (config.digest !== image.imageId) throw unwanted(`${image.reference} is another image than it says`);
    this.#expectText(config.digest, (said) => {
      const { diffIds, platform } = readImageConfig(said);
      if (diffIds.length !== layers.length) throw unwanted(`${image.reference} has not as many layers as it says`);
      if (!samePlatform(platform, this.#platform)) {
        throw unwanted(`${image.reference} is made for ${platformText(platform)}`);
      }
      for (const [index, layer] of layers.entries()) this.#expectLayer(layer, diffIds[index] as string);
    });
  }

  #expectText(digest: string, then: (text: string) => void): void {
    const found = this.#foundTexts.get(digest);
    const before = this.#texts.get(digest);
    if (found !== undefined) then(found);
    else {
      this.#texts.set(digest, (text) => {
        before?.(text);
        then(text);
      });
    }
  }

  #expectLayer({ digest, sizeBytes }: Descriptor, diffId: string): void {
    const said = this.#layers.get(digest) ?? { sizeBytes, diffIds: new Set() };
    said.diffIds.add(diffId);
    const found = this.#foundLayers.get(digest);
    if (found) requireSame(digest, found, said);
    else this.#layers.set(digest, said);
  }
}

function requireSame(digest: string, found: FoundLayer, said: SaidLayer | undefined): void {
  if (said?.sizeBytes === found.sizeBytes && said.diffIds.has(found.diffId) && said.diffIds.size === 1) return;
  throw unwanted(`${digest.slice(0, 19)}… unpacks to another layer than its image says`);
}

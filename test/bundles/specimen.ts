import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { tar } from '../../src/demo/private-engine/tar.ts';
import type { BundleContents, BundledImage } from '../../src/domain/ports/bundle-store.ts';
import type { ImageParts, ManifestFile } from '../../src/domain/ports/image-library.ts';

export const PLATFORM = { os: 'linux', architecture: 'amd64' };
const MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';
const INDEX = 'application/vnd.docker.distribution.manifest.list.v2+json';

export const digestOf = (bytes: string | Buffer): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** An image as a registry has it, with all of its parts. */
export interface SpecimenImage {
  image: BundledImage;
  parts: ImageParts;
  blobs: Map<string, Buffer>;
}

export interface SpecimenOptions {
  reference?: string;
  layers?: Buffer[];
  /** In the place of what the layers really unpack to. */
  diffIds?: string[];
  platform?: typeof PLATFORM;
  /** As one of the images of an index. */
  isIndexed?: boolean;
}

export function specimenImage(options: SpecimenOptions = {}): SpecimenImage {
  const { reference = 'vendor.example/acme/server:2.0', platform = PLATFORM } = options;
  const unpacked = options.layers ?? [layerOf('bin/server', 'x'.repeat(3000)), layerOf('etc/version', '2.0')];
  const layers = unpacked.map((layer) => gzipSync(layer));
  const diffIds = options.diffIds ?? unpacked.map(digestOf);
  const config = JSON.stringify({ ...platform, config: {}, rootfs: { type: 'layers', diff_ids: diffIds } });
  const described = (bytes: string | Buffer, mediaType: string) => ({
    mediaType,
    digest: digestOf(bytes),
    size: Buffer.byteLength(bytes),
  });
  const text = JSON.stringify({
    schemaVersion: 2,
    mediaType: MANIFEST,
    config: described(config, 'application/vnd.docker.container.image.v1+json'),
    layers: layers.map((layer) => described(layer, 'application/vnd.docker.image.rootfs.diff.tar.gzip')),
  });
  const manifest = fileOf(text, MANIFEST);
  const list = JSON.stringify({
    schemaVersion: 2,
    mediaType: INDEX,
    manifests: [
      { ...described('another', MANIFEST), platform: { os: 'linux', architecture: 's390x' } },
      { ...described(text, MANIFEST), platform },
    ],
  });
  const index = options.isIndexed ? fileOf(list, INDEX) : null;
  const colon = reference.lastIndexOf(':');
  const part = (bytes: string | Buffer) => ({
    mediaType: '',
    digest: digestOf(bytes),
    sizeBytes: Buffer.byteLength(bytes),
  });
  return {
    image: {
      services: ['server'],
      reference,
      repository: reference.slice(0, colon),
      tag: reference.slice(colon + 1),
      digest: (index ?? manifest).digest,
      imageId: digestOf(config),
    },
    parts: { index, manifest, config: part(config), layers: layers.map(part) },
    blobs: new Map([config, ...layers].map((bytes) => [digestOf(bytes), Buffer.from(bytes)])),
  };
}

const fileOf = (text: string, mediaType: string): ManifestFile => ({
  mediaType,
  digest: digestOf(text),
  sizeBytes: Buffer.byteLength(text),
  text,
});

export const layerOf = (path: string, content: string | Buffer): Buffer => tar([{ path, content }]);

export const contentsOf = (
  images: readonly SpecimenImage[],
  changes: Partial<BundleContents> = {},
): BundleContents => ({
  appliance: 'acme',
  version: '2.0',
  createdAt: new Date('2026-11-21T10:00:00.000Z'),
  platform: PLATFORM,
  images: images.map(({ image }) => image),
  manifest: null,
  ...changes,
});

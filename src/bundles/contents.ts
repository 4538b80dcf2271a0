import { z } from 'zod';
import { BelayError } from '../domain/errors.ts';
import { type Descriptor, type Platform, platformText, samePlatform } from '../domain/image-manifest.ts';
import { parseReference } from '../domain/image-reference.ts';
import type { BundleContents, BundledImage } from '../domain/ports/bundle-store.ts';
import { unwanted } from '../slots/archive/tar-entry.ts';

/** The files of a bundle that say what it is; what its images consist of lies below `blobs/`. */
export const CONTENTS = 'belay/bundle.json';
export const LAYOUT = 'oci-layout';
export const INDEX = 'index.json';
export const VENDOR_MANIFEST = 'appliance.yaml';
export const SUMS = 'belay/SHA256SUMS';

export const MAX_TEXT_BYTES = 8 << 20;

export const blobName = (digest: string): string => `blobs/sha256/${digest.slice('sha256:'.length)}`;

export const digestOfName = (name: string): string | null => {
  const [, hex] = /^blobs\/sha256\/([0-9a-f]{64})$/.exec(name) ?? [];
  return hex ? `sha256:${hex}` : null;
};

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);
const word = z.string().min(1).max(200);

const schema = z.object({
  format: z.literal(1),
  appliance: word,
  version: z.string().regex(/^\w[\w.-]{0,127}$/),
  createdAt: z.iso.datetime(),
  platform: z.object({ os: word, architecture: word }),
  images: z
    .array(
      z.object({
        services: z.array(word).max(1000),
        reference: z.string().min(1).max(500),
        repository: z.string().min(1).max(500),
        tag: z.string().regex(/^\w[\w.-]{0,127}$/),
        digest,
        imageId: digest,
      }),
    )
    .min(1)
    .max(1000),
  hasManifest: z.boolean(),
});

/** What the first file of a bundle says; the vendor's manifest is a file of its own. */
export type WrittenContents = Omit<BundleContents, 'manifest'> & { hasManifest: boolean };

export function contentsText({ appliance, version, createdAt, platform, images, manifest }: BundleContents): string {
  const written: z.infer<typeof schema> = {
    format: 1,
    appliance,
    version,
    createdAt: createdAt.toISOString(),
    platform,
    images,
    hasManifest: manifest !== null,
  };
  return `${JSON.stringify(written, null, 2)}\n`;
}

/** Reads that file; refused, with what is wrong, where it is none. */
export function readContents(text: string): WrittenContents {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw unwanted('what it says of itself is not JSON');
  }
  const read = schema.safeParse(value);
  if (!read.success) {
    const [issue] = read.error.issues;
    throw unwanted(`what it says of itself cannot be read (${issue?.path.join('.') || 'it'}: ${issue?.message})`);
  }
  const { format: _, createdAt, ...rest } = read.data;
  for (const image of rest.images) requireName(image);
  return { ...rest, createdAt: new Date(createdAt) };
}

/** `refused` where its images are for another kind of host. */
export function requirePlatform(contents: WrittenContents, wanted: Platform): WrittenContents {
  const { platform } = contents;
  if (samePlatform(platform, wanted)) return contents;
  throw new BelayError(
    'refused',
    `The bundle is made for ${platformText(platform)}, and this engine runs ${platformText(wanted)}.`,
    { hint: 'Export it on a host of the same kind.' },
  );
}

/** What is loaded gets this name: it must be one, and only one. */
function requireName({ reference, repository, tag }: BundledImage): void {
  const plain = parseReference(`${repository}:${tag}`);
  if (plain.repository !== repository || plain.tag !== tag || reference !== `${repository}:${tag}`) {
    throw unwanted(`${reference} is not the name of an image`);
  }
}

export const LAYOUT_TEXT = `${JSON.stringify({ imageLayoutVersion: '1.0.0' })}\n`;

/** The index of the layout: each image by its name, as other tools (`skopeo`, `ctr`, later engines) look for it. */
export function indexText(
  images: readonly { name: string; tag: string; manifest: Descriptor }[],
  platform: BundleContents['platform'],
): string {
  const manifests = images.map(({ name, tag, manifest }) => ({
    mediaType: manifest.mediaType,
    digest: manifest.digest,
    size: manifest.sizeBytes,
    platform,
    annotations: { 'io.containerd.image.name': name, 'org.opencontainers.image.ref.name': tag },
  }));
  const mediaType = 'application/vnd.oci.image.index.v1+json';
  return `${JSON.stringify({ schemaVersion: 2, mediaType, manifests }, null, 2)}\n`;
}

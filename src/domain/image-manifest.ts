import { BelayError } from './errors.ts';

/** One thing in a registry or in an OCI layout, by what it is made of. */
export interface Descriptor {
  mediaType: string;
  /** `sha256:` and 64 digits. */
  digest: string;
  sizeBytes: number;
}

export interface Platform {
  os: string;
  architecture: string;
}

export type ImageManifest =
  | { kind: 'image'; mediaType: string; config: Descriptor; layers: Descriptor[] }
  | { kind: 'index'; manifests: (Descriptor & { platform: Platform | null })[] };

/** What may be asked of a registry: an image, or an index of one image for each platform; Docker's kinds and OCI's. */
export const MANIFEST_TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];

const DIGEST = /^sha256:[0-9a-f]{64}$/;
const MOST_LAYERS = 1000;

export const isDigest = (text: unknown): text is string => typeof text === 'string' && DIGEST.test(text);

export const samePlatform = (a: Platform, b: Platform): boolean => a.os === b.os && a.architecture === b.architecture;

export const platformText = ({ os, architecture }: Platform): string => `${os}/${architecture}`;

/** Reads what a registry calls a manifest. `refused` where it is none, or of a kind that cannot be carried. */
export function readImageManifest(text: string): ImageManifest {
  const value = objectOf(text);
  if (Array.isArray(value['manifests'])) {
    const manifests = value['manifests'].map((each) => ({ ...descriptorOf(each), platform: platformOf(each) }));
    if (manifests.length > MOST_LAYERS) throw unreadable('it has too many parts');
    return { kind: 'index', manifests };
  }
  if (value['schemaVersion'] !== 2 || !Array.isArray(value['layers'])) throw unreadable('it is of an old kind');
  if (value['layers'].length > MOST_LAYERS) throw unreadable('it has too many layers');
  const [, , plain = ''] = MANIFEST_TYPES;
  const mediaType = MANIFEST_TYPES.find((each) => each === value['mediaType']) ?? plain;
  return { kind: 'image', mediaType, config: descriptorOf(value['config']), layers: value['layers'].map(descriptorOf) };
}

/** What an image's configuration says of its layers, unpacked, in order, and of what it runs on. */
export function readImageConfig(text: string): { diffIds: string[]; platform: Platform } {
  const value = objectOf(text);
  const diffIds = (value['rootfs'] as { diff_ids?: unknown } | undefined)?.diff_ids;
  const { os, architecture } = value;
  if (!Array.isArray(diffIds) || !diffIds.every(isDigest)) throw unreadable('its configuration names no layers');
  if (typeof os !== 'string' || typeof architecture !== 'string') {
    throw unreadable('its configuration does not say what it runs on');
  }
  return { diffIds, platform: { os, architecture } };
}

/** The image of an index that fits. `not-found` where there is none. */
export function imageFor(index: Extract<ImageManifest, { kind: 'index' }>, wanted: Platform): Descriptor {
  const found = index.manifests.find(({ platform }) => platform && samePlatform(platform, wanted));
  if (found) return { mediaType: found.mediaType, digest: found.digest, sizeBytes: found.sizeBytes };
  throw new BelayError('not-found', `The image is not made for ${platformText(wanted)}.`, {
    hint: 'See what else there is: show versions',
  });
}

function objectOf(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // The same refusal as of JSON that is no object.
  }
  throw unreadable('it is no JSON object');
}

function descriptorOf(value: unknown): Descriptor {
  const { mediaType, digest, size, urls } = (value ?? {}) as Record<string, unknown>;
  if (Array.isArray(urls) && urls.length > 0) throw unreadable('one of its layers is not in its registry');
  if (typeof mediaType !== 'string' || !isDigest(digest)) throw unreadable('one of its parts has no digest');
  if (!Number.isSafeInteger(size) || (size as number) < 0) throw unreadable('one of its parts has no size');
  return { mediaType, digest, sizeBytes: size as number };
}

function platformOf(value: unknown): Platform | null {
  const { os, architecture } = ((value as { platform?: unknown } | null)?.platform ?? {}) as Record<string, unknown>;
  return typeof os === 'string' && typeof architecture === 'string' ? { os, architecture } : null;
}

const unreadable = (why: string): BelayError =>
  new BelayError('refused', `The manifest of the image cannot be used: ${why}.`);

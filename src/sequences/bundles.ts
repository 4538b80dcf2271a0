import { BelayError } from '../domain/errors.ts';
import type { Platform } from '../domain/image-manifest.ts';
import type { BundledImage, BundleProgress, VerifiedBundle, VerifiedImage } from '../domain/ports/bundle-store.ts';
import type { ImageParts } from '../domain/ports/image-library.ts';
import type { Appliance } from '../domain/ports/journal.ts';
import type { KnownImage } from '../domain/ports/known-images.ts';
import type { Release } from '../domain/release.ts';
import { UNREADABLE } from '../domain/secrets.ts';
import { mebibytes } from './freeable.ts';
import { type ImageWorld, neededImages } from './version-images.ts';

export interface WatchingBundle {
  onProgress: (progress: BundleProgress) => void;
  signal: AbortSignal;
}

/**
 * Writes every image of a version, from the registries, to one file, with the vendor's manifest where there is one.
 * Cut off, it leaves what has come, and the same call goes on from there.
 */
export async function exportBundle(
  world: ImageWorld,
  { appliance, active, version, file }: { appliance: Appliance; active: Release; version: string; file: string },
  { onProgress, signal }: WatchingBundle,
): Promise<VerifiedBundle> {
  const { library, bundles, clock } = world;
  const { platform, found } = await imagesToExport(world, active, version, signal);
  const images = found.map(({ image }) => image);
  const sources = new Map(found.map(({ image, source }) => [image, source]));
  const text = appliance.policy.manifest?.text;
  const contents = {
    appliance: appliance.name,
    version,
    createdAt: clock.now(),
    platform,
    images,
    manifest: text === undefined || text.startsWith(UNREADABLE) ? null : text,
  };
  return bundles.write(
    file,
    contents,
    found.map(({ parts }) => parts),
    (image, part, offsetBytes) => library.blob(sources.get(image) ?? image.repository, part, offsetBytes, signal),
    { platform, onProgress, signal },
  );
}

interface ExportedImage {
  image: BundledImage;
  parts: ImageParts;
  /** Where it is fetched from. */
  source: string;
}

/** What would be written, and what the images consist of. `refused` where one is in no registry. */
export async function imagesToExport(
  world: ImageWorld,
  active: Release,
  version: string,
  signal: AbortSignal,
): Promise<{ platform: Platform; found: ExportedImage[] }> {
  const { host, library } = world;
  const { platform } = await host.describe(signal);
  const found: ExportedImage[] = [];
  for (const { services, image } of await neededImages(world, active, version, signal)) {
    const { reference, repository, tag, digest } = image;
    if (digest === null) throw onHostOnly(reference);
    const source = image.mirror ?? repository;
    const parts = await library.parts(source, digest, platform, signal);
    found.push({
      image: { services, reference, repository, tag, digest, imageId: parts.config.digest },
      parts,
      source,
    });
  }
  return { platform, found };
}

const onHostOnly = (reference: string): BelayError =>
  new BelayError('refused', `${reference} is on this host only: no registry is known for it.`, {
    hint: `Push it to one (docker push ${reference}), then type the command again.`,
  });

/**
 * Brings the images of a bundle to this host, once all of it has been judged: until then nothing is changed. What is
 * here already is not loaded again. From then on the version is what the bundle says.
 */
export async function importBundle(
  world: ImageWorld,
  { file, by }: { file: string; by: string },
  { onProgress, signal }: WatchingBundle,
): Promise<{ bundle: VerifiedBundle; loaded: number }> {
  const { host, slots, bundles, journal, clock } = world;
  const { platform, rootDir, dataReachable } = await host.describe(signal);
  const freeBytes = dataReachable ? (await slots.space(rootDir)).freeBytes : Number.MAX_SAFE_INTEGER;
  const bundle = await bundles.verify(file, { platform, quotaBytes: freeBytes, onProgress, signal });
  const missing = await missingOf(world, bundle, signal);
  if (missing.length > 0) {
    requireRoom(bundle, rootDir, freeBytes);
    await host.loadImages(bundles.loadable({ path: file, bundle, images: missing }, { onProgress, signal }), signal);
  }
  const known: KnownImage[] = [];
  for (const image of bundle.images) {
    const imageId = await idOnHost(world, image, signal);
    if (imageId === null) {
      throw new BelayError('engine-failed', `The Docker Engine has taken ${image.reference}, but it is not here.`, {
        hint: 'Type the command again; if it stays so, look at the log of the Docker Engine.',
      });
    }
    const { repository, tag, digest } = image;
    known.push({ repository, tag, digest, imageId, bundle: file, mirror: null, by, at: clock.now() });
  }
  for (const { imageId, ...name } of known) await host.nameImage(imageId, name, signal);
  await host.flush(signal);
  journal.images.keep(known);
  return { bundle, loaded: missing.length };
}

/** Each once, however many names it has. */
async function missingOf(world: ImageWorld, { images }: VerifiedBundle, signal: AbortSignal): Promise<VerifiedImage[]> {
  const missing = new Map<string, VerifiedImage>();
  for (const image of images) {
    if (!(await idOnHost(world, image, signal))) missing.set(image.imageId, image);
  }
  return [...missing.values()];
}

/** Engines call an image by the digest of its configuration; those that keep images as registries do, by its manifest's. */
async function idOnHost({ host }: ImageWorld, image: VerifiedImage, signal: AbortSignal): Promise<string | null> {
  for (const digest of [image.imageId, image.manifest.digest]) {
    const found = await host.inspectImage(digest, signal);
    if (found) return found.imageId;
  }
  return null;
}

/** The engine keeps what comes beside what it becomes until it has unpacked it. */
function requireRoom({ packedBytes, unpackedBytes }: VerifiedBundle, rootDir: string, freeBytes: number): void {
  const neededBytes = packedBytes + unpackedBytes;
  if (neededBytes <= freeBytes) return;
  throw new BelayError(
    'no-space',
    `Loading the bundle needs ${mebibytes(neededBytes)} where ${rootDir} lies, and ${mebibytes(freeBytes)} are free.`,
    { hint: 'Free some space there, then type the command again.' },
  );
}

import { BelayError, toBelayError } from '../domain/errors.ts';
import { parseReference, splitRepository } from '../domain/image-reference.ts';
import type { KnownImage } from '../domain/ports/known-images.ts';
import { controllerOf, type Release } from '../domain/release.ts';
import type { PinnedImage } from '../domain/service-spec.ts';
import { isVersioned } from '../domain/versioning.ts';
import { type ImageWorld, neededImages } from './version-images.ts';

export interface WatchingMirror {
  onProgress: (progress: { doneBytes: number; totalBytes: number; detail: string }) => void;
  signal: AbortSignal;
}

export interface MirrorRequest {
  active: Release;
  version: string;
  /** `registry.site:5000`, with the directory in it where there is one. */
  registry: string;
  by: string;
}

/** `invalid-input` where it cannot be a registry's name. Without a slash at the end. */
export function registryOf(text: string): string {
  const registry = text.replace(/\/+$/, '');
  const { host } = splitRepository(`${registry}/x`);
  if (host === null || /^https?:/.test(text)) {
    throw new BelayError('invalid-input', `${text} is not the name of a registry.`, {
      hint: 'A registry is named like registry.example.com:5000, with a directory in it where that is wanted.',
    });
  }
  parseReference(`${registry}/x`);
  return registry;
}

/**
 * Copies every image of a version to the site's own registry, digest for digest, and fetches them from there from then
 * on. What is there already is not copied; where no other registry can be reached, what is there is taken.
 */
export async function mirrorVersion(
  world: ImageWorld,
  request: MirrorRequest,
  watching: WatchingMirror,
): Promise<{ images: KnownImage[]; copied: number }> {
  const { journal, library, host, clock } = world;
  const { signal } = watching;
  const registry = registryOf(request.registry);
  const { platform } = await host.describe(signal);
  const images = await imagesToMirror(world, { ...request, registry }, signal);
  const known: KnownImage[] = [];
  let copied = 0;
  for (const [index, image] of images.entries()) {
    const { repository, tag } = image;
    const { mirror, there } = await placeOf(world, registry, image, signal);
    const which = images.length > 1 ? `image ${index + 1} of ${images.length}` : image.reference;
    const digest = there ?? (await bring(world, image, { repository: mirror, tag }, which, watching));
    if (there === null) copied++;
    const { config } = await library.parts(mirror, digest, platform, signal);
    known.push({
      repository,
      tag,
      digest,
      imageId: config.digest,
      bundle: null,
      mirror,
      by: request.by,
      at: clock.now(),
    });
  }
  journal.images.keep(known);
  return { images: known, copied };
}

/** `library/nginx` of Docker Hub is `nginx` there as well. */
const mirrorOf = (registry: string, repository: string): string => `${registry}/${splitRepository(repository).path}`;

/** Where an image is in the mirror, and its digest where it is there already. `refused` where that is where it comes from. */
export async function placeOf(
  { library }: ImageWorld,
  registry: string,
  { repository, reference, tag, digest }: PinnedImage,
  signal: AbortSignal,
): Promise<{ mirror: string; there: string | null }> {
  const mirror = mirrorOf(registry, repository);
  if (mirror === repository) {
    throw new BelayError('refused', `${reference} is in ${registry} already: that is where it comes from.`, {
      hint: 'Name another registry, or upgrade from this one: show versions',
    });
  }
  const there = await library.digestOf(mirror, tag, signal);
  return { mirror, there: there === digest ? there : null };
}

/** Each image of the version once: what its registry says that it is, or what the mirror has where that cannot be reached. */
export async function imagesToMirror(
  world: ImageWorld,
  { active, version, registry }: Omit<MirrorRequest, 'by'>,
  signal: AbortSignal,
): Promise<PinnedImage[]> {
  try {
    return (await neededImages(world, active, version, signal)).map(({ image }) => image);
  } catch (thrown) {
    const there =
      toBelayError(thrown).code === 'registry-unreachable'
        ? await imagesThere(world, active, version, registry, signal)
        : null;
    if (there === null) throw thrown;
    return there;
  }
}

async function imagesThere(
  { library }: ImageWorld,
  active: Release,
  version: string,
  registry: string,
  signal: AbortSignal,
): Promise<PinnedImage[] | null> {
  const images = new Map<string, PinnedImage>();
  const controller = controllerOf(active);
  for (const service of active.services) {
    const { repository } = service.image;
    const tag = isVersioned(service, controller) ? version : service.image.tag;
    const digest = await library.digestOf(mirrorOf(registry, repository), tag, signal);
    if (digest === null) return null;
    const reference = `${repository}:${tag}`;
    images.set(reference, { reference, repository, tag, digest, imageId: null });
  }
  return [...images.values()];
}

/**
 * Part by part from where it comes from, so that its digest stays the same; where that cannot be reached and the image
 * is on this host, as the engine sends it. Returns the digest that it has there.
 */
async function bring(
  { library, host }: ImageWorld,
  image: PinnedImage,
  to: { repository: string; tag: string },
  which: string,
  { onProgress, signal }: WatchingMirror,
): Promise<string> {
  const source = { repository: image.mirror ?? image.repository, digest: image.digest ?? '' };
  const here = await host.inspectImage(image.imageId ?? image.reference, signal);
  try {
    if (image.digest === null) throw new BelayError('not-found', `${image.reference} is in no registry.`);
    const report = (doneBytes: number, totalBytes: number) => onProgress({ doneBytes, totalBytes, detail: which });
    await library.copy(source, to, report, signal);
    return image.digest;
  } catch (thrown) {
    const isLost = ['registry-unreachable', 'not-found'].includes(toBelayError(thrown).code);
    if (!isLost || !here || signal.aborted) throw thrown;
  }
  await host.nameImage(here.imageId, to, signal);
  return host.pushImage(to, (progress) => onProgress({ ...progress, detail: which }), signal);
}

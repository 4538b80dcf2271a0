import { BelayError } from '../domain/errors.ts';
import { parseReference } from '../domain/image-reference.ts';
import type { World } from '../domain/ports/world.ts';
import type { ServiceSpec } from '../domain/service-spec.ts';
import { broughtImage, type FoundImage } from './brought-image.ts';
import { findImage } from './image-of-version.ts';

/**
 * The image that somebody names for a service, pinned. A digest alone keeps the tag that the service has, as it is the
 * same image in another state; another one has to say its tag. `invalid-input` for what names no image, or neither
 * tag nor digest; `not-found` where nobody has it.
 */
export async function imageNamed(
  world: World,
  { name, image: current }: ServiceSpec,
  reference: string,
  signal?: AbortSignal,
): Promise<FoundImage> {
  const { repository, tag: named, digest } = parseReference(reference);
  const tag = named ?? (digest !== null && repository === current.repository ? current.tag : null);
  if (tag === null) {
    const which = digest === null ? `${reference} names neither a tag nor a digest.` : `${reference} names no tag.`;
    const example = digest === null ? `${repository}:2.0` : `${repository}:2.0@${digest}`;
    throw new BelayError('invalid-input', which, { hint: `Name it as in: set image ${example} ${name}` });
  }
  if (digest === null) return findImage(world, { ...current, repository }, tag, signal);
  const pinned = { reference: `${repository}:${tag}`, repository, tag, digest };
  const brought = await broughtImage(world, pinned, signal);
  if (brought) return brought;
  const byDigest = `${repository}@${digest}`;
  const here = await world.host.inspectImage(byDigest, signal);
  if (here) return { image: { ...pinned, imageId: here.imageId }, alreadyHere: true };
  await world.host.resolveDigest(byDigest, signal);
  return { image: { ...pinned, imageId: null }, alreadyHere: false };
}

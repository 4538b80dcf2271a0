import type { ContainerHost } from '../domain/ports/container-host.ts';
import type { Journal } from '../domain/ports/journal.ts';
import type { PinnedImage } from '../domain/service-spec.ts';

export interface FoundImage {
  image: PinnedImage;
  alreadyHere: boolean;
}

/**
 * An image that somebody brought here in a bundle, or to the site's own registry: what it was then is what it is, and no
 * other registry is asked. Null where nobody has, or where it is gone again.
 */
export async function broughtImage(
  { host, journal }: { host: ContainerHost; journal: Journal },
  { reference, repository, tag, digest: wanted }: Pick<PinnedImage, 'reference' | 'repository' | 'tag' | 'digest'>,
  signal?: AbortSignal,
): Promise<FoundImage | null> {
  const known = journal.images.find(repository, tag);
  if (!known || (wanted !== null && wanted !== known.digest)) return null;
  const { digest, imageId, mirror } = known;
  const image = { reference, repository, tag, digest, imageId, ...(mirror === null ? {} : { mirror }) };
  if (await host.inspectImage(imageId, signal)) return { image, alreadyHere: true };
  if (mirror === null) return null;
  const isThere = await host.resolveDigest(`${mirror}@${digest}`, signal).catch(() => null);
  return isThere === null ? null : { image, alreadyHere: false };
}

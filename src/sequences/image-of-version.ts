import { BelayError, toBelayError } from '../domain/errors.ts';
import type { ContainerHost, ImageInfo } from '../domain/ports/container-host.ts';
import type { PinnedImage } from '../domain/service-spec.ts';
import { isVersion } from '../domain/version.ts';

export interface FoundImage {
  image: PinnedImage;
  alreadyHere: boolean;
}

/**
 * What a version is, now, in the registry of the image that runs. Where the registry does not answer, or
 * does not know the version, an image of that tag on this host serves. `not-found` where neither has it.
 */
export async function findImage(
  host: ContainerHost,
  current: PinnedImage,
  version: string,
  signal?: AbortSignal,
): Promise<FoundImage> {
  if (!isVersion(version)) {
    throw new BelayError('invalid-input', `"${version}" is not a version: a version is an image tag such as 2.1.0.`, {
      hint: 'See what there is: show versions',
    });
  }
  const reference = `${current.repository}:${version}`;
  const base = { reference, repository: current.repository, tag: version };
  const local = await host.inspectImage(reference, signal);
  try {
    const digest = await host.resolveDigest(reference, signal);
    const pinned = await host.inspectImage(`${current.repository}@${digest}`, signal);
    return { image: { ...base, digest, imageId: pinned?.imageId ?? null }, alreadyHere: pinned !== null };
  } catch (thrown) {
    if (local)
      return {
        image: { ...base, digest: digestOf(local, current.repository), imageId: local.imageId },
        alreadyHere: true,
      };
    const error = toBelayError(thrown);
    if (error.code !== 'not-found') throw error;
    throw new BelayError('not-found', `There is no version ${version} of ${current.repository}.`, {
      hint: 'See what there is: show versions',
      cause: error,
    });
  }
}

function digestOf(image: ImageInfo, repository: string): string | null {
  const own = image.repoDigests.find((name) => name.startsWith(`${repository}@`));
  return own ? own.slice(repository.length + 1) : null;
}

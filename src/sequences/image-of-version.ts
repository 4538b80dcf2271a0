import { BelayError, toBelayError } from '../domain/errors.ts';
import type { ContainerHost, ImageInfo } from '../domain/ports/container-host.ts';
import type { Journal } from '../domain/ports/journal.ts';
import type { PinnedImage, ServiceSpec } from '../domain/service-spec.ts';
import { isVersion } from '../domain/version.ts';
import { isVersioned } from '../domain/versioning.ts';
import { broughtImage, type FoundImage } from './brought-image.ts';

/**
 * What a version is: what somebody has brought as that version, or else what it is now in the registry of the image that
 * runs. Where the registry does not answer, or does not know the version, an image of that tag on this host serves.
 * `not-found` where neither has it.
 */
export async function findImage(
  world: { host: ContainerHost; journal: Journal },
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
  const brought = await broughtImage(world, { ...base, digest: null }, signal);
  if (brought) return brought;
  const { host } = world;
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

/**
 * The image of each service in a version: the controller and what is versioned with it get the version as
 * their tag, everything else keeps the image that it has.
 */
export async function imagesOf(
  world: { host: ContainerHost; journal: Journal },
  services: readonly ServiceSpec[],
  version: string,
  signal?: AbortSignal,
): Promise<FoundImage[]> {
  const controller = services.find(({ role }) => role === 'controller') as ServiceSpec;
  return Promise.all(
    services.map(async (service) => {
      if (!isVersioned(service, controller)) return { image: service.image, alreadyHere: true };
      try {
        return await findImage(world, service.image, version, signal);
      } catch (thrown) {
        const error = toBelayError(thrown);
        if (service === controller || error.code !== 'not-found') throw error;
        throw new BelayError('not-found', `${error.message.replace(/\.$/, '')}, the image of ${service.name}.`, {
          hint: `Where it has versions of its own, say so in the manifest: x-belay.services.${service.name}.version: fixed`,
          cause: error,
        });
      }
    }),
  );
}

function digestOf(image: ImageInfo, repository: string): string | null {
  const own = image.repoDigests.find((name) => name.startsWith(`${repository}@`));
  return own ? own.slice(repository.length + 1) : null;
}

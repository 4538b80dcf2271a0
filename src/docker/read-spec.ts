import { lstat } from 'node:fs/promises';
import { BelayError } from '../domain/errors.ts';
import { digestFor, parseReference } from '../domain/image-reference.ts';
import type { SourceType } from '../domain/mount-sharing.ts';
import type { PinnedImage, ServiceSpec } from '../domain/service-spec.ts';
import { specOf } from './carry-over.ts';
import type { EngineApi } from './engine-api.ts';
import type { ContainerAnswer, ImageAnswer, VolumeAnswer } from './inspect-answers.ts';
import { isContainerName, noSuchContainer } from './instances.ts';

/** What the user set on a container, read from the engine and from the host's file system. */
export async function readSpec(
  api: EngineApi,
  idOrName: string,
  signal?: AbortSignal,
  known?: PinnedImage,
): Promise<ServiceSpec> {
  const container = isContainerName(idOrName) ? await api.container(idOrName, signal) : null;
  if (!container) throw noSuchContainer(idOrName);
  const name = container.Name.replace(/^\//, '');
  if (container.HostConfig.AutoRemove === true) {
    throw new BelayError(
      'refused',
      `${name} was started with --rm: Docker deletes it and its anonymous volumes as soon as it stops.`,
      { hint: 'Start it again without --rm (docker run …), then adopt it.' },
    );
  }
  const [image, info, volumes, sources] = await Promise.all([
    api.image(container.Image, signal),
    api.info(signal),
    volumesOf(api, container, signal),
    sourcesOf(api, container),
  ]);
  if (!image) {
    throw new BelayError('refused', `The image of ${name} is no longer on this host, so what it set cannot be told.`, {
      hint: `Bring it back first: docker pull ${container.Config.Image}`,
    });
  }
  return specOf(container, {
    imageConfig: image.Config ?? {},
    image: known?.imageId === image.Id ? known : pinnedImage(container, image),
    hostName: info.Name ?? '',
    rootDir: info.DockerRootDir ?? '',
    volumes,
    sources,
  });
}

function pinnedImage(container: ContainerAnswer, image: ImageAnswer): PinnedImage {
  const written = container.Config.Image;
  const bareId = /^[0-9a-f]{6,64}$/.test(written) && image.Id.startsWith(`sha256:${written}`);
  const name = bareId || written.startsWith('sha256:') ? image.RepoTags?.[0] : written;
  if (!name) {
    throw new BelayError(
      'refused',
      `The image of ${container.Name.replace(/^\//, '')} has no name, so it has no versions.`,
      {
        hint: `Give it one: docker tag ${image.Id.slice(7, 19)} NAME:VERSION`,
      },
    );
  }
  const { repository, tag: writtenTag } = parseReference(name);
  const known = image.RepoTags?.find((entry) => entry.startsWith(`${repository}:`))?.slice(repository.length + 1);
  // Made by digest alone, it has the tag that this host knows the image by.
  const tag = writtenTag ?? (name.includes('@') ? known : undefined) ?? 'latest';
  return {
    reference: `${repository}:${tag}`,
    repository,
    tag,
    digest: digestFor(repository, image.RepoDigests ?? []),
    imageId: image.Id,
  };
}

async function volumesOf(api: EngineApi, container: ContainerAnswer, signal?: AbortSignal) {
  const names = container.Mounts.flatMap(({ Type, Name }) => (Type === 'volume' && Name ? [Name] : []));
  const answers = await Promise.all(names.map((name) => api.volume(name, signal)));
  const found = answers.filter((volume): volume is VolumeAnswer => volume !== null);
  return Object.fromEntries(found.map((volume) => [volume.Name, volume]));
}

async function sourcesOf(api: EngineApi, container: ContainerAnswer): Promise<Record<string, SourceType>> {
  const paths = container.Mounts.filter(({ Type }) => Type === 'bind').map(({ Source }) => Source);
  const types = await Promise.all(
    paths.map((path) => (api.connection.local ? sourceType(path) : ('unknown' as const))),
  );
  return Object.fromEntries(paths.map((path, index) => [path, types[index] ?? 'unknown']));
}

async function sourceType(path: string): Promise<SourceType> {
  const found = await lstat(path).catch(() => null);
  if (!found) return 'missing';
  if (found.isSocket()) return 'socket';
  if (found.isFIFO()) return 'fifo';
  if (found.isCharacterDevice() || found.isBlockDevice()) return 'device';
  return found.isFile() ? 'file' : 'directory';
}

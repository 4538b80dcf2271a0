import { BelayError } from '../domain/errors.ts';
import { digestFor, parseReference } from '../domain/image-reference.ts';
import type { ImageInfo } from '../domain/ports/container-host.ts';
import type { EngineApi } from './engine-api.ts';
import type { ImageAnswer } from './inspect-answers.ts';
import { engineAuthFor } from './registry-auth.ts';
import { registryFailure, registryName } from './registry-errors.ts';

const IMAGE_ID = /^(?:sha256:)?[0-9a-f]{12,64}$/;

/** By reference, `repository@digest` or image id; null where it is not on this host. */
export async function findImage(api: EngineApi, reference: string, signal?: AbortSignal): Promise<ImageInfo | null> {
  const answer = await api.image(engineName(reference), signal);
  return answer && imageInfo(answer);
}

/** The digest that the registry has for the reference now. */
export async function resolveDigest(api: EngineApi, reference: string, signal?: AbortSignal): Promise<string> {
  const { repository, tag, digest: known } = parseReference(reference);
  const name = known ? `${repository}@${known}` : `${repository}:${tag ?? 'latest'}`;
  const auth = await engineAuthFor(repository);
  const answer = await api.distribution(name, auth, signal).catch((thrown: unknown) => {
    throw registryFailure(thrown, name, repository);
  });
  const digest = answer.Descriptor?.digest;
  if (digest) return digest;
  throw new BelayError('registry-failed', `${registryName(repository)} gave no digest for ${name}.`);
}

/** Tags of a repository that this host has, with the digest where the image came from a registry. */
export async function localTags(api: EngineApi, repository: string, signal?: AbortSignal) {
  const { repository: familiar } = parseReference(repository);
  return (await api.images(signal)).flatMap((image) => {
    const mine = (image.RepoTags ?? []).filter((name) => name.startsWith(`${familiar}:`));
    const digest = digestFor(familiar, image.RepoDigests ?? []);
    return mine.map((name) => ({ tag: name.slice(familiar.length + 1), imageId: image.Id, digest }));
  });
}

function imageInfo(answer: ImageAnswer): ImageInfo {
  return {
    imageId: answer.Id,
    repoDigests: answer.RepoDigests ?? [],
    repoTags: answer.RepoTags ?? [],
    labels: answer.Config?.Labels ?? {},
    volumes: Object.keys(answer.Config?.Volumes ?? {}),
    sizeBytes: answer.Size,
    createdAt: new Date(answer.Created ?? 0),
  };
}

// What goes into a path of the API must be a name: `../containers/x` would be another call.
function engineName(reference: string): string {
  if (IMAGE_ID.test(reference)) return reference;
  const { repository, tag, digest } = parseReference(reference);
  return `${repository}${tag ? `:${tag}` : ''}${digest ? `@${digest}` : ''}`;
}

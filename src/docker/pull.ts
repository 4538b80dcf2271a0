import { BelayError } from '../domain/errors.ts';
import type { ImageInfo, PullProgress } from '../domain/ports/container-host.ts';
import type { PinnedImage } from '../domain/service-spec.ts';
import type { EngineApi } from './engine-api.ts';
import { findImage } from './images.ts';
import { jsonLines } from './ndjson.ts';
import { PullTally } from './pull-progress.ts';
import { engineAuthFor } from './registry-auth.ts';
import { registryFailure, registryName } from './registry-errors.ts';
import { watchForStall } from './stall-watch.ts';

const REPORT_EVERY_MS = 200;

export interface PullOptions {
  onProgress: (progress: PullProgress) => void;
  /** How long nothing may move before the pull is given up. */
  stallTimeoutMs: number;
  signal?: AbortSignal | undefined;
}

/** Brings an image here by digest, names it, and believes it only when inspect shows the digest. */
export async function pullImage(api: EngineApi, image: PinnedImage, options: PullOptions): Promise<ImageInfo> {
  if (image.digest === null) return localImage(api, image, options.signal);
  const loaded = image.imageId === null ? null : await findImage(api, image.imageId, options.signal);
  if (loaded) return named(api, image, loaded, options.signal);
  const source = image.mirror ?? image.repository;
  const pinned = `${source}@${image.digest}`;
  if (!(await findImage(api, pinned, options.signal))) await download(api, image, { source, ...options });
  const pulled = await findImage(api, pinned, options.signal);
  if (!pulled?.repoDigests.includes(pinned)) {
    throw new BelayError('registry-failed', `The pull of ${image.reference} ended, but the image is not here.`, {
      hint: 'Pull again; if it stays so, look at the log of the Docker Engine.',
      details: { expected: pinned, found: pulled?.repoDigests ?? [] },
    });
  }
  return named(api, image, pulled, options.signal);
}

async function named(
  api: EngineApi,
  { repository, tag }: PinnedImage,
  image: ImageInfo,
  signal?: AbortSignal,
): Promise<ImageInfo> {
  const name = `${repository}:${tag}`;
  if (!image.repoTags.includes(name)) await api.tagImage(image.imageId, repository, tag, signal);
  return { ...image, repoTags: [...new Set([...image.repoTags, name])] };
}

async function localImage(api: EngineApi, image: PinnedImage, signal?: AbortSignal): Promise<ImageInfo> {
  const found = await findImage(api, image.imageId ?? image.reference, signal);
  if (found) return found;
  throw new BelayError(
    'not-found',
    `The image ${image.reference} is not on this host, and no registry is known for it.`,
    {
      hint: `Load it (docker load), or push it to a registry and name that: ${image.reference}`,
    },
  );
}

async function download(api: EngineApi, image: PinnedImage, options: PullOptions & { source: string }): Promise<void> {
  const { source } = options;
  const { stallTimeoutMs } = options;
  using watch = watchForStall(stallTimeoutMs, () => stalled(image, source, stallTimeoutMs), options.signal);
  const tally = new PullTally();
  let reportedAtMs = Number.NEGATIVE_INFINITY;
  try {
    const auth = await engineAuthFor(source);
    for await (const line of jsonLines(api.pull(source, image.digest ?? '', auth, watch.signal))) {
      if (typeof line.error === 'string') throw inStreamFailure(line.error);
      if (tally.add(line)) watch.moved();
      if (performance.now() - reportedAtMs < REPORT_EVERY_MS) continue;
      reportedAtMs = performance.now();
      options.onProgress(tally.progress());
    }
    options.onProgress(tally.progress());
  } catch (thrown) {
    throw registryFailure(thrown, image.reference, source);
  }
}

const inStreamFailure = (sentence: string) =>
  new BelayError('engine-failed', sentence, { details: { engine: sentence } });

const stalled = (image: PinnedImage, source: string, timeoutMs: number) =>
  new BelayError(
    'registry-unreachable',
    `The pull of ${image.reference} from the registry ${registryName(source)} has not moved for ${Math.round(timeoutMs / 1000)} s.`,
    { hint: 'Check the network to the registry, then try again: what has arrived is kept.' },
  );

import { BelayError } from '../domain/errors.ts';
import { isDigest } from '../domain/image-manifest.ts';
import type { EngineApi } from './engine-api.ts';
import { jsonLines } from './ndjson.ts';
import { engineAuthFor } from './registry-auth.ts';
import { registryFailed, registryFailure, registryUnreachable } from './registry-errors.ts';
import { watchForStall } from './stall-watch.ts';

export interface PushOptions {
  onProgress: (progress: { doneBytes: number; totalBytes: number }) => void;
  /** How long nothing may move before the push is given up. */
  stallTimeoutMs: number;
  signal: AbortSignal;
}

/** Sends an image to its registry, and believes it only when the registry has named its digest. */
export async function pushImage(
  api: EngineApi,
  { repository, tag }: { repository: string; tag: string },
  { onProgress, stallTimeoutMs, signal }: PushOptions,
): Promise<string> {
  const late = () => registryUnreachable(repository, `nothing moved for ${stallTimeoutMs / 1000} s`);
  using watch = watchForStall(stallTimeoutMs, late, signal);
  const layers = new Map<string, { doneBytes: number; totalBytes: number }>();
  let digest: unknown = null;
  try {
    const auth = await engineAuthFor(repository);
    for await (const line of jsonLines(api.push(repository, tag, auth, watch.signal))) {
      const { error, id, aux, progressDetail } = line as PushLine;
      if (typeof error === 'string') {
        throw registryFailure(new BelayError('engine-failed', error, { details: { engine: error } }), tag, repository);
      }
      watch.moved();
      digest = aux?.Digest ?? digest;
      if (!id || !progressDetail?.total) continue;
      layers.set(id, { doneBytes: progressDetail.current ?? 0, totalBytes: progressDetail.total });
      onProgress(sumOf([...layers.values()]));
    }
  } catch (thrown) {
    throw registryFailure(thrown, `${repository}:${tag}`, repository);
  }
  if (isDigest(digest)) return digest;
  throw registryFailed(repository, 'the engine has sent the image, and the registry has not named its digest');
}

interface PushLine {
  error?: unknown;
  id?: string;
  aux?: { Digest?: unknown };
  progressDetail?: { current?: number; total?: number };
}

const sumOf = (layers: { doneBytes: number; totalBytes: number }[]) => ({
  doneBytes: layers.reduce((sum, { doneBytes, totalBytes }) => sum + Math.min(doneBytes, totalBytes), 0),
  totalBytes: layers.reduce((sum, { totalBytes }) => sum + totalBytes, 0),
});

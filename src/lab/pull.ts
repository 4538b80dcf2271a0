import { setTimeout as sleep } from 'node:timers/promises';
import type { Events } from './events.ts';
import type { ImageRecord, Layer } from './image-definition.ts';
import type { Images } from './images.ts';
import { LabError } from './lab-error.ts';
import { parseReference, type Reference, registryHost } from './reference.ts';
import type { Registry } from './registry.ts';

export interface PullLine {
  status: string;
  id?: string;
  progressDetail?: { current?: number; total?: number };
  progress?: string;
}

export interface PullWorld {
  images: Images;
  registry: Registry;
  events: Events;
  /** How long each line of the progress takes. */
  pullLineMs: number;
}

const CHUNKS = 5;

/** The image that a reference names in its registry. Errors as the engine gives them before it streams. */
export function resolveRemote(registry: Registry, reference: Reference): ImageRecord | null {
  const host = registryHost(reference.repository);
  if (host === null) {
    throw new LabError(
      500,
      'Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io: no such host',
    );
  }
  if (host !== registry.host || !registry.isUp) {
    throw new LabError(500, `Get "http://${host}/v2/": dial tcp ${host}: connect: connection refused`);
  }
  const repository = reference.repository.slice(host.length + 1);
  return registry.find(repository, reference.digest || reference.tag || 'latest');
}

/** Pulls by tag or by digest, a line of progress at a time. Rejects before the first line where there is no such image. */
export async function* pull(world: PullWorld, name: string, signal: AbortSignal): AsyncGenerator<PullLine> {
  const { images, registry, events } = world;
  const reference = parseReference(name);
  const { repository, digest } = reference;
  const tag = reference.tag || 'latest';
  const full = digest === '' ? `${repository}:${tag}` : `${repository}@${digest}`;
  const image = resolveRemote(registry, reference);
  if (!image) {
    throw new LabError(404, `manifest for ${full} not found: manifest unknown: manifest unknown`);
  }
  const path = repository.slice(registry.host.length + 1);
  yield { status: `Pulling from ${path}`, id: digest === '' ? tag : full };
  const wasHere = images.find(full)?.record.id === image.id;
  if (!wasHere) {
    for await (const line of pullLayers(image.layers, images)) {
      await sleep(world.pullLineMs, undefined, { signal });
      yield line;
    }
  }
  images.add(image, {
    digest: `${repository}@${image.manifestDigest}`,
    ...(digest === '' ? { tag: `${repository}:${tag}` } : {}),
  });
  events.emit('image', 'pull', full, { name: full });
  yield { status: `Digest: ${image.manifestDigest}` };
  yield { status: `Status: ${wasHere ? 'Image is up to date' : 'Downloaded newer image'} for ${full}` };
}

function* pullLayers(layers: readonly Layer[], images: Images): Generator<PullLine> {
  const missing = layers.filter(({ digest }) => !images.hasLayer(digest));
  for (const { digest } of layers) {
    const isMissing = missing.some((layer) => layer.digest === digest);
    yield { status: isMissing ? 'Pulling fs layer' : 'Already exists', progressDetail: {}, id: shortDigest(digest) };
  }
  for (const layer of missing) {
    yield* move('Downloading', layer);
    yield { status: 'Verifying Checksum', progressDetail: {}, id: shortDigest(layer.digest) };
    yield { status: 'Download complete', progressDetail: {}, id: shortDigest(layer.digest) };
  }
  for (const layer of missing) {
    yield* move('Extracting', layer);
    yield { status: 'Pull complete', progressDetail: {}, id: shortDigest(layer.digest) };
  }
}

function* move(status: string, { digest, sizeBytes }: Layer): Generator<PullLine> {
  for (let chunk = 1; chunk <= CHUNKS; chunk++) {
    const current = Math.round((sizeBytes * chunk) / CHUNKS);
    const filled = Math.round((50 * chunk) / CHUNKS);
    const bar = filled === 50 ? '='.repeat(50) : `${'='.repeat(filled - 1)}>`;
    const progress = `[${bar.padEnd(50)}]  ${megabytes(current)}/${megabytes(sizeBytes)}`;
    yield { status, progressDetail: { current, total: sizeBytes }, progress, id: shortDigest(digest) };
  }
}

const shortDigest = (digest: string): string => digest.slice(7, 19);
const megabytes = (sizeBytes: number): string => `${(sizeBytes / 1e6).toPrecision(4)}MB`;

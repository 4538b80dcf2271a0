import type { Engine } from '../engine.ts';
import { streamError } from '../faults.ts';
import { matchesLabels, parseFilters } from '../filters.ts';
import { architecture, MANIFEST_TYPE } from '../image-definition.ts';
import type { LocalImage } from '../images.ts';
import { LabError, statusOf } from '../lab-error.ts';
import { pull, resolveRemote } from '../pull.ts';
import { parseReference } from '../reference.ts';
import { type Call, isSet, type Route, route } from '../router.ts';

const sizeOf = ({ record }: LocalImage): number => record.layers.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);

function summarize(image: LocalImage) {
  const sizeBytes = sizeOf(image);
  return {
    Containers: -1,
    Created: Math.floor(Date.parse(image.record.createdAt) / 1000),
    Id: image.record.id,
    Labels: image.record.config.Labels,
    ParentId: '',
    RepoDigests: image.digests.length > 0 ? image.digests : null,
    RepoTags: image.tags.length > 0 ? image.tags : null,
    SharedSize: -1,
    Size: sizeBytes,
    VirtualSize: sizeBytes,
  };
}

function inspect(image: LocalImage) {
  const { record } = image;
  const sizeBytes = sizeOf(image);
  return {
    Id: record.id,
    RepoTags: image.tags,
    RepoDigests: image.digests,
    Parent: '',
    Comment: '',
    Created: record.createdAt,
    Container: '',
    ContainerConfig: record.config,
    DockerVersion: '',
    Author: '',
    Config: record.config,
    Architecture: architecture(),
    Os: 'linux',
    Size: sizeBytes,
    VirtualSize: sizeBytes,
    GraphDriver: { Data: null, Name: 'lab' },
    RootFS: { Type: 'layers', Layers: record.layers.map(({ digest }) => digest) },
    Metadata: { LastTagTime: record.createdAt },
  };
}

function list({ images }: Engine, { query, json }: Call): void {
  const filters = parseFilters(query.get('filters'), ['reference', 'label', 'dangling', 'before', 'since']);
  const wanted = filters['reference'];
  const isWanted = ({ tags, digests }: LocalImage) =>
    !wanted ||
    wanted.some((pattern) => {
      const { repository, tag, digest } = parseReference(pattern);
      if (digest !== '') return digests.includes(`${repository}@${digest}`);
      return tags.some((name) => name === `${repository}:${tag}` || (tag === '' && name.startsWith(`${repository}:`)));
    });
  const matching = images.list().filter((image) => {
    const isDangling = image.tags.length === 0;
    if (filters['dangling'] && filters['dangling'].includes('true') !== isDangling) return false;
    return isWanted(image) && matchesLabels(filters['label'], image.record.config.Labels);
  });
  json(200, matching.map(summarize));
}

/** Streams the progress; an error before the first line has a status, a later one stands in the stream. */
async function create(engine: Engine, call: Call): Promise<void> {
  const name = call.query.get('fromImage') ?? '';
  const tag = call.query.get('tag') ?? '';
  if (name === '') throw new LabError(400, 'repository name must have at least one component');
  const joint = tag.startsWith('sha256:') ? '@' : ':';
  const gone = new AbortController();
  call.response.once('close', () => gone.abort());
  const lines = pull(engine, tag === '' ? name : `${name}${joint}${tag}`, gone.signal);
  try {
    for await (const line of lines) {
      if (!call.response.headersSent) call.stream('application/json');
      call.response.write(`${JSON.stringify(line)}\r\n`);
    }
  } catch (error) {
    if (!call.response.headersSent) throw error;
    call.response.write(streamError(statusOf(error).message));
  }
  call.response.end();
}

function remove({ images, containers }: Engine, { params, query, json }: Call): void {
  const reference = params['name'] ?? '';
  const { id } = images.get(reference).record;
  const user = containers.list().find((record) => record.imageId === id);
  json(200, images.remove(reference, isSet(query.get('force')), user?.id ?? null));
}

function distribution({ registry }: Engine, { params, json }: Call): void {
  const image = resolveRemote(registry, parseReference(params['name'] ?? ''));
  if (!image) throw new LabError(404, 'manifest unknown: manifest unknown');
  json(200, {
    Descriptor: { mediaType: MANIFEST_TYPE, digest: image.manifestDigest, size: image.manifestText.length },
    Platforms: [{ architecture: architecture(), os: 'linux' }],
  });
}

function show({ images }: Engine, { params, json }: Call): void {
  const reference = params['name'] ?? '';
  const image = images.find(reference);
  if (!image) throw new LabError(404, `no such image: ${reference}: No such image: ${reference}`);
  json(200, inspect(image));
}

export function imageRoutes(engine: Engine): Route[] {
  return [
    route('GET', '/images/json', (call) => list(engine, call)),
    route('POST', '/images/create', (call) => create(engine, call)),
    route('GET', '/images/{name*}/json', (call) => show(engine, call)),
    route('POST', '/images/{name*}/tag', ({ params, query, empty }) => {
      engine.images.tag(params['name'] ?? '', query.get('repo') ?? '', query.get('tag') ?? '');
      empty(201);
    }),
    route('DELETE', '/images/{name*}', (call) => remove(engine, call)),
    route('GET', '/distribution/{name*}/json', (call) => distribution(engine, call)),
  ];
}

import type { Engine } from './engine.ts';
import { buildImage, type ImageDefinition } from './image-definition.ts';

/** Where an image is to be found: in the registry (to be pulled), with the engine, or in both places. */
export type ImagePlace = 'registry' | 'engine' | 'both';

export interface AddedImage {
  /** As containers and pulls name it. */
  reference: string;
  imageId: string;
  /** The manifest's digest. */
  digest: string;
}

export function addImage(engine: Engine, definition: ImageDefinition, place: ImagePlace): AddedImage {
  const image = buildImage(definition);
  const { repository, tag } = definition;
  const isPublished = place !== 'engine';
  const name = isPublished ? `${engine.registry.host}/${repository}` : repository;
  if (isPublished) engine.registry.publish(repository, tag, image);
  if (place !== 'registry') {
    const digest = isPublished ? { digest: `${name}@${image.manifestDigest}` } : {};
    engine.images.add(image, { tag: `${name}:${tag}`, ...digest });
  }
  return { reference: `${name}:${tag}`, imageId: image.id, digest: image.manifestDigest };
}

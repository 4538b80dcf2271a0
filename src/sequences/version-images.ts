import type { BundleStore } from '../domain/ports/bundle-store.ts';
import type { ImageLibrary } from '../domain/ports/image-library.ts';
import type { World } from '../domain/ports/world.ts';
import type { Release } from '../domain/release.ts';
import type { PinnedImage, ServiceSpec } from '../domain/service-spec.ts';
import type { FoundImage } from './brought-image.ts';
import { findImage, imagesOf } from './image-of-version.ts';
import { servicesAsWanted } from './services-as-wanted.ts';

/** A world in which images can be taken apart. */
export interface ImageWorld extends World {
  library: ImageLibrary;
  bundles: BundleStore;
}

/** The services of an appliance as they are now, each with its image in a version. Throws as `imagesOf`. */
export async function versionImages(
  world: World,
  from: Release,
  version: string,
  signal?: AbortSignal,
): Promise<{ services: ServiceSpec[]; found: FoundImage[] }> {
  const services = await servicesAsWanted(world, from, signal);
  return { services, found: await imagesOf(world, services, version, signal) };
}

/** An image with what needs it, by the name that releases give it. */
interface NeededImage {
  services: string[];
  image: PinnedImage;
}

/** Everything that an appliance needs in a version, each image once: its services', and its hooks' own. Throws as `imagesOf`. */
export async function neededImages(
  world: World,
  from: Release,
  version: string,
  signal?: AbortSignal,
): Promise<NeededImage[]> {
  const { services, found } = await versionImages(world, from, version, signal);
  const images = new Map<string, NeededImage>();
  const add = (name: string, image: PinnedImage) => {
    const known = images.get(image.reference);
    if (known) known.services.push(name);
    else images.set(image.reference, { services: [name], image });
  };
  for (const [index, { name }] of services.entries()) add(name, (found[index] as FoundImage).image);
  for (const [name, { image }] of Object.entries(world.journal.appliance(from.appliance)?.policy.hooks ?? {})) {
    if (image) add(`${name} hook`, image.digest ? image : (await findImage(world, image, image.tag, signal)).image);
  }
  return [...images.values()];
}

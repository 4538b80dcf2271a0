import type { World } from '../domain/ports/world.ts';
import type { Release } from '../domain/release.ts';
import { hasOwnData, isSameImage, type PinnedImage, type ServiceSpec } from '../domain/service-spec.ts';
import { withImage } from './candidate.ts';
import { findInstance } from './instances.ts';

export interface TimedImage {
  spec: ServiceSpec;
  /** What it runs in the new release. */
  image: PinnedImage;
  /** What it has not taken yet. */
  awaits: PinnedImage | null;
  /** Its container goes on untouched. */
  keeps: boolean;
}

/**
 * Which service takes the image of a version in an upgrade, and which keeps what it has: by the trigger that the
 * manifest gives a helper. The container of one that keeps its image goes on, unless it has data, which the upgrade
 * clones: then it is made anew, and `on-change` means that it takes the new image.
 */
export async function inTheirTime(
  world: World,
  from: Release,
  services: readonly { spec: ServiceSpec; image: PinnedImage }[],
): Promise<TimedImage[]> {
  return Promise.all(
    services.map(async ({ spec, image }) => {
      if (spec.role !== 'app' || (spec.update ?? 'with-controller') === 'with-controller')
        return { spec, image, awaits: null, keeps: false };
      const goesOn = !hasOwnData(spec) && (await findInstance(world, from, spec)) !== null;
      if (spec.update === 'on-change' && !goesOn) return { spec, image, awaits: null, keeps: false };
      const awaits = isSameImage(spec.image, image) ? null : image;
      return { spec, image: spec.image, awaits, keeps: goesOn };
    }),
  );
}

/** A service whose container is made anew: a helper that has waited for that takes its new image with it. */
export const madeAnew = (spec: ServiceSpec): ServiceSpec =>
  spec.update === 'on-change' && spec.awaits ? withImage(spec, spec.awaits) : spec;

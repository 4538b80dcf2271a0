import { newReleaseId } from '../domain/ids.ts';
import { controllerOf, type Release } from '../domain/release.ts';
import { isSameImage, type ServiceSpec } from '../domain/service-spec.ts';
import type { Candidate } from './candidate.ts';

/** What runs, with other services on the same data. */
export function changeCandidate(
  active: Release,
  services: ServiceSpec[],
  request: { by: string; at: Date },
): Candidate & { slot: null } {
  const candidate: Release = { ...active, services };
  const release: Release = {
    ...candidate,
    id: newReleaseId(),
    // The controller's tag is the appliance's version; where it goes on as it is, so does that.
    version: isSameImage(controllerOf(active).image, controllerOf(candidate).image)
      ? active.version
      : controllerOf(candidate).image.tag,
    status: 'candidate',
    origin: 'change',
    copyOf: null,
    previous: active.id,
    by: request.by,
    createdAt: request.at,
  };
  return { release, slot: null };
}

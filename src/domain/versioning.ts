import type { ServiceSpec } from './service-spec.ts';

/**
 * Whether an upgrade gives this service's image the new version as its tag. The controller's tag is the
 * appliance's version, and engines follow it. For anything else the manifest decides, and where it says
 * nothing, the name of the image: one repository is one product, and images of one vendor's directory
 * (`acme/server:2.0`, `acme/agent:2.0`) with the same tag were released together. `postgres:14` stays.
 */
export function isVersioned(service: ServiceSpec, controller: ServiceSpec): boolean {
  if (service.role !== 'app') return true;
  if (service.versioned) return service.versioned === 'with-controller';
  // Whoever says when it takes a new image has said that it takes one; a kept one has another tag than the controller.
  if (service.update) return true;
  const [own, main] = [service.image, controller.image];
  if (own.repository === main.repository) return true;
  const directory = (repository: string) => repository.slice(0, repository.lastIndexOf('/') + 1);
  return (
    own.tag === main.tag && directory(own.repository) !== '' && directory(own.repository) === directory(main.repository)
  );
}

import { BelayError } from '../domain/errors.ts';
import { controllerOf, type Release } from '../domain/release.ts';

/** The service that is called so, the controller where nobody says which. `not-found` with the names that there are. */
export function serviceNamed(release: Release, name: string | undefined): string {
  if (name === undefined) return controllerOf(release).name;
  if (release.services.some((service) => service.name === name)) return name;
  const names = release.services.map((service) => service.name);
  const what = names.length === 1 ? `Its only one is ${names[0]}.` : `There are ${names.join(', ')}.`;
  throw new BelayError('not-found', `${release.appliance} has no service ${name}.`, { hint: what });
}

/**
 * Whom a setting is for: that service with those that were made from it by scaling, or, where nobody says which, the
 * controller with its other nodes. The one that is called so stands first. `not-found` as `serviceNamed`.
 */
export function servicesMeant(release: Release, name: string | undefined): string[] {
  const first = serviceNamed(release, name);
  const others = release.services.filter(
    ({ role, scaled }) => scaled?.group === first || (name === undefined && role === 'node'),
  );
  return [first, ...others.map((service) => service.name).filter((each) => each !== first)];
}

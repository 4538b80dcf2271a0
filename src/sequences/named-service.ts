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

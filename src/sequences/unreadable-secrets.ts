import { BelayError } from '../domain/errors.ts';
import type { Hook } from '../domain/hooks.ts';
import type { Obstacle } from '../domain/plan.ts';
import { UNREADABLE, unreadableOf } from '../domain/secrets.ts';
import type { ServiceSpec } from '../domain/service-spec.ts';

/** What keeps a container from being made: a value that nobody can read is never given to a server. */
export function unreadableSecrets(service: ServiceSpec): Obstacle[] {
  const names = unreadableOf(service);
  if (names.length === 0) return [];
  const message = `${names.join(', ')} of ${service.name} cannot be read: the key of the secrets is gone, or is another one.`;
  const hint = `Put secrets.key back beside the journal from its copy, or give it anew: set secret ${names[0]} ${service.name}`;
  return [{ code: 'refused', message, hint }];
}

/** The same for a vendor's command, which is not run without what it was given. */
export function unreadableOfHook(name: string, { environment }: Hook): Obstacle[] {
  const names = Object.entries(environment).flatMap(([each, value]) => (value.startsWith(UNREADABLE) ? [each] : []));
  if (names.length === 0) return [];
  const message = `${names.join(', ')} of the ${name} hook cannot be read: the key of the secrets is gone, or is another one.`;
  const hint = 'Put secrets.key back beside the journal from its copy, or give the manifest again: apply manifest FILE';
  return [{ code: 'refused', message, hint }];
}

/** Throws `refused` where `unreadableSecrets` finds something. */
export function mustBeReadable(service: ServiceSpec): void {
  const [found] = unreadableSecrets(service);
  if (found) throw new BelayError(found.code, found.message, { hint: found.hint ?? '' });
}

import { type EnvChange, envNameProblem, envOf, envValueProblem, withEnv } from '../domain/environment.ts';
import { BelayError } from '../domain/errors.ts';
import type { World } from '../domain/ports/world.ts';
import type { Release } from '../domain/release.ts';
import type { ServiceSpec } from '../domain/service-spec.ts';
import type { Step } from '../domain/step.ts';
import { servicesMeant } from './named-service.ts';
import { type PlannedChange, planChange } from './plan-change.ts';
import { servicesAsWanted } from './services-as-wanted.ts';

export interface EnvironmentWish extends EnvChange {
  /** The controller, with its other nodes, where it is left out. */
  service?: string | undefined;
  by: string;
}

/**
 * What it would mean to give a service another environment: a new release on the same data, in which only that
 * service gets a new container (and its copies, as `servicesMeant` says). Changes nothing. `not-found` where there is no such service, or it does not set what
 * is to be unset; `invalid-input` for what cannot be a name or a value.
 */
export async function planEnvironment(
  world: World,
  active: Release,
  wish: EnvironmentWish,
  steps: readonly Step[],
): Promise<PlannedChange> {
  mustBeSound(wish);
  const names = servicesMeant(active, wish.service);
  const now = await servicesAsWanted(world, active);
  mustBeSet(
    now.filter(({ name }) => names.includes(name)),
    wish.unset,
  );
  const after = now.map((spec) => (names.includes(spec.name) ? withEnv(spec, wish) : spec));
  // What is only called a secret from now on is in a release of its own as well.
  const anew = names.filter((name) => marksOf(now, name) !== marksOf(after, name));
  return planChange(world, active, { now, after, anew, by: wish.by }, steps);
}

const marksOf = (services: readonly ServiceSpec[], name: string): string =>
  services.find((spec) => spec.name === name)?.secrets?.join() ?? '';

function mustBeSound({ set, unset }: EnvChange): void {
  const names = [...set.map(({ name }) => name), ...unset];
  const problem =
    names.map(envNameProblem).find((each) => each !== null) ??
    set.map(({ value }) => envValueProblem(value)).find((each) => each !== null) ??
    (names.length === 0 ? 'No variable is named.' : null) ??
    (new Set(names).size < names.length ? 'A variable is named twice.' : null);
  if (problem) throw new BelayError('invalid-input', problem, { hint: 'Take for example: set env LOG_LEVEL debug' });
}

function mustBeSet(services: readonly ServiceSpec[], unset: readonly string[]): void {
  const set = services.flatMap((spec) => envOf(spec).map(({ name }) => name));
  const missing = unset.find((name) => !set.includes(name));
  if (missing === undefined) return;
  const service = services[0]?.name;
  const message = `${missing} is not set on ${service}; what its image has by itself cannot be taken from it.`;
  throw new BelayError('not-found', message, { hint: `See what is set: show configuration ${service}` });
}

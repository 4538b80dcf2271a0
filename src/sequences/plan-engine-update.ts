import { BelayError } from '../domain/errors.ts';
import { DEFAULT_POLICY } from '../domain/policy.ts';
import type { World } from '../domain/ports/world.ts';
import { controllerOf, type Release } from '../domain/release.ts';
import { type PinnedImage, type ServiceSpec, versionOf } from '../domain/service-spec.ts';
import type { Step } from '../domain/step.ts';
import { isVersioned } from '../domain/versioning.ts';
import { withImage } from './candidate.ts';
import { currentServices } from './current-services.ts';
import { findImage } from './image-of-version.ts';
import { findInstance, isUp } from './instances.ts';
import { type PlannedChange, planChange } from './plan-change.ts';
import { governed } from './policy-rules.ts';

export interface EngineUpdateRequest {
  /** One service; every engine and helper that is behind where it is left out. */
  name?: string | undefined;
  /** Those with the role `engine` alone: what waits for a trigger of its own is left out. */
  only?: 'engines';
  by: string;
}

/**
 * What it would mean to bring the engines and helpers that are behind to the image of the release's version; an engine
 * that has it and does not run well gets a new container. Changes nothing. `not-found` and `refused` where there is
 * nothing to bring.
 */
export async function planEngineUpdate(
  world: World,
  active: Release,
  request: EngineUpdateRequest,
  steps: readonly Step[],
): Promise<PlannedChange> {
  const policy = world.journal.appliance(active.appliance)?.policy ?? DEFAULT_POLICY;
  const now = (await currentServices(world, active)).map((spec) => governed(spec, policy));
  const all = request.only === 'engines' ? now.filter(({ role }) => role === 'engine') : now;
  const asked = request.name === undefined ? all : [mustFollow(active, now, request.name)];
  const after = new Map<string, ServiceSpec>();
  const anew: string[] = [];
  for (const service of asked) {
    const image = await imageToTake(world, active, service);
    if (image) after.set(service.name, withImage(service, image));
    else if (service.role === 'engine' && !(await runsWell(world, active, service))) anew.push(service.name);
  }
  if (after.size === 0 && anew.length === 0) throw nothingBehind(active, now, request);
  const services = now.map((service) => after.get(service.name) ?? service);
  return planChange(world, active, { now, after: services, anew, by: request.by }, steps);
}

/** The image that a service should have in this release, and has not; null where there is none. */
async function imageToTake(world: World, active: Release, service: ServiceSpec): Promise<PinnedImage | null> {
  if (service.awaits) return service.awaits;
  if (!isBehind(active, service)) return null;
  return (await findImage(world, service.image, active.version)).image;
}

/** Whether it goes by the version of its appliance, and has another one. */
export const isBehind = (active: Release, service: ServiceSpec): boolean =>
  service.role !== 'controller' &&
  (service.role === 'engine' || service.update !== undefined) &&
  isVersioned(service, controllerOf(active)) &&
  versionOf(service) !== active.version;

async function runsWell(world: World, active: Release, service: ServiceSpec): Promise<boolean> {
  const instance = await findInstance(world, active, service);
  return isUp(instance) && instance?.state !== 'restarting' && instance?.health !== 'unhealthy';
}

function mustFollow(active: Release, services: readonly ServiceSpec[], name: string): ServiceSpec {
  const found = services.find((service) => service.name === name);
  const others = services.filter(({ role }) => role !== 'controller').map((service) => service.name);
  if (!found) {
    throw new BelayError('not-found', `${active.appliance} has no service ${name}.`, {
      hint: others.length > 0 ? `There are ${others.join(', ')}.` : 'See what there is: show system',
    });
  }
  if (found.role !== 'controller') return found;
  throw new BelayError('refused', `${name} is the controller: its version is that of ${active.appliance}.`, {
    hint: 'To bring it to another one: upgrade system VERSION',
  });
}

function nothingBehind(
  active: Release,
  services: readonly ServiceSpec[],
  { name, only }: EngineUpdateRequest,
): BelayError {
  const hint = 'See what runs: show system';
  if (name !== undefined) return new BelayError('refused', `${name} has what ${active.version} wants of it.`, { hint });
  if (only === 'engines') {
    const message = `There is nothing to resume: every service engine of ${active.appliance} runs ${active.version}.`;
    return new BelayError('refused', message, { hint: 'See them: show serviceengines' });
  }
  const hasAny = services.some(({ role, update }) => role === 'engine' || update !== undefined);
  const message = hasAny
    ? `Every engine and helper of ${active.appliance} has what ${active.version} wants of it.`
    : `${active.appliance} has no service engines, nor helpers with an update trigger.`;
  return new BelayError('refused', message, { hint });
}

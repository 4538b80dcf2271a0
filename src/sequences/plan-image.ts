import { BelayError } from '../domain/errors.ts';
import type { World } from '../domain/ports/world.ts';
import { controllerOf, type Release } from '../domain/release.ts';
import { hasOwnData, isSameImage, type ServiceSpec } from '../domain/service-spec.ts';
import type { Step } from '../domain/step.ts';
import type { FoundImage } from './brought-image.ts';
import { withImage } from './candidate.ts';
import { findInstance } from './instances.ts';
import { imageNamed } from './named-image.ts';
import { serviceNamed, servicesMeant } from './named-service.ts';
import { type PlannedChange, planChange } from './plan-change.ts';
import { type PlannedUpgrade, planUpgrade } from './plan-upgrade.ts';
import { quarantineObstacles } from './quarantine.ts';
import { servicesAsWanted } from './services-as-wanted.ts';

export interface ImageWish {
  /** The controller where it is left out. */
  service?: string | undefined;
  reference: string;
  /** Also one that did not prove itself before. */
  force?: boolean | undefined;
  by: string;
}

/** By which runbook a service gets another image. */
export type PlannedImage = { kind: 'upgrade'; planned: PlannedUpgrade } | { kind: 'change'; planned: PlannedChange };

/**
 * What it would mean to give one service another image; the others go on as they are. Another image may make something
 * else of the data, so that the controller, and whatever has data of its own, gets it in an upgrade, on a clone;
 * everything else in a change. Changes nothing. Throws as `imageNamed`, and `not-found` where there is no such service.
 */
export async function planImage(
  world: World,
  active: Release,
  wish: ImageWish,
  steps: { upgrade: readonly Step[]; change: readonly Step[] },
): Promise<PlannedImage> {
  const name = serviceNamed(active, wish.service);
  const isController = controllerOf(active).name === name;
  const services = await servicesAsWanted(world, active);
  const service = services.find((spec) => spec.name === name) as ServiceSpec;
  if (service.role === 'node') throw isOfController(service, wish);
  const found = await imageNamed(world, service, wish.reference);
  if (isSameImage(service.image, found.image) && service.image.reference === found.image.reference) {
    const message = `${name} runs ${found.image.reference} already.`;
    throw new BelayError('refused', message, { hint: `See what it has: show configuration ${name}` });
  }
  const names = servicesMeant(active, isController ? undefined : name);
  const chosen = { names, services, found };
  return isController || services.some((spec) => names.includes(spec.name) && hasOwnData(spec))
    ? { kind: 'upgrade', planned: await inUpgrade(world, active, wish, chosen, steps.upgrade) }
    : { kind: 'change', planned: await inChange(world, active, wish, chosen, steps.change) };
}

interface Chosen {
  /** The services that get the image, the one that was named first. */
  names: string[];
  /** All of them. */
  services: ServiceSpec[];
  found: FoundImage;
}

const commandOf = ({ reference }: ImageWish, { names }: Chosen): string => `set image ${reference} ${names[0]}`;

async function inUpgrade(
  world: World,
  active: Release,
  wish: ImageWish,
  wanted: Chosen,
  steps: readonly Step[],
): Promise<PlannedUpgrade> {
  const { names, services, found } = wanted;
  const isController = names.includes(controllerOf(active).name);
  const version = isController ? found.image.tag : active.version;
  const chosen = {
    // What it waited for is not wanted any more.
    services: services.map((spec) => (names.includes(spec.name) ? withImage(spec, spec.image) : spec)),
    found: services.map((spec) => (names.includes(spec.name) ? found : { image: spec.image, alreadyHere: true })),
    kept: await goingOn(world, active, services, names),
    command: commandOf(wish, wanted),
  };
  const { by, force } = wish;
  const planned = await planUpgrade(world, active, { version, by, force, chosen }, steps);
  const warnings = [...(isController ? leftBehind(services, version) : []), ...planned.plan.warnings];
  return { ...planned, plan: { ...planned.plan, warnings } };
}

async function inChange(
  world: World,
  active: Release,
  wish: ImageWish,
  chosen: Chosen,
  steps: readonly Step[],
): Promise<PlannedChange> {
  const { names, services, found } = chosen;
  const after = services.map((spec) => (names.includes(spec.name) ? withImage(spec, found.image) : spec));
  const planned = await planChange(world, active, { now: services, after, by: wish.by }, steps);
  const untrusted = quarantineObstacles(world.journal, planned.candidate.release, commandOf(wish, chosen));
  const { warnings, obstacles } = planned.plan;
  const plan = wish.force
    ? { ...planned.plan, warnings: [...untrusted.map(({ message }) => message), ...warnings] }
    : { ...planned.plan, obstacles: [...untrusted, ...obstacles] };
  return { ...planned, plan };
}

function isOfController({ name }: ServiceSpec, { reference }: ImageWish): BelayError {
  const message = `${name} is another instance of the controller, and has its version.`;
  return new BelayError('refused', message, { hint: `To give it to all of them: set image ${reference}` });
}

/** The services whose containers go on untouched: what has data gets a clone of it with the others. */
async function goingOn(world: World, active: Release, services: readonly ServiceSpec[], names: string[]) {
  const others = services.filter((spec) => !names.includes(spec.name) && !hasOwnData(spec));
  const instances = await Promise.all(others.map((spec) => findInstance(world, active, spec)));
  return others.filter((_, index) => instances[index] !== null).map((spec) => spec.name);
}

function leftBehind(services: readonly ServiceSpec[], version: string): string[] {
  const names = services
    .filter(({ role, image }) => role === 'engine' && image.tag !== version)
    .map(({ name }) => name);
  if (names.length === 0) return [];
  const what = names.length === 1 ? `The service engine ${names[0]} stays` : `${names.length} service engines stay`;
  return [`${what} as before: to bring ${names.length === 1 ? 'it' : 'them'} along afterwards, update engines.`];
}

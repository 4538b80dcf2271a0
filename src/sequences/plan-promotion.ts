import { BelayError } from '../domain/errors.ts';
import type { ReleaseId } from '../domain/ids.ts';
import type { Obstacle, PromotionPlan } from '../domain/plan.ts';
import { DEFAULT_POLICY } from '../domain/policy.ts';
import type { World } from '../domain/ports/world.ts';
import type { Release } from '../domain/release.ts';
import { compareImages } from '../domain/release-diff.ts';
import type { PinnedImage, ServiceSpec } from '../domain/service-spec.ts';
import { compareSettings } from '../domain/settings-diff.ts';
import type { Slot } from '../domain/slot.ts';
import type { Step } from '../domain/step.ts';
import { broughtImage, type FoundImage } from './brought-image.ts';
import { currentServices } from './current-services.ts';
import { missingImages } from './plan-rollback.ts';
import { type PlannedUpgrade, planUpgrade } from './plan-upgrade.ts';
import { governed } from './policy-rules.ts';
import { releaseThatRan } from './rollback-target.ts';
import { mustSlot } from './slot-pairs.ts';
import { onTodaysData, withoutDataToday } from './todays-data.ts';

export interface PromotionWish {
  release: ReleaseId;
  by: string;
  confirmWithinMs?: number | undefined;
  /** Also to what did not prove itself since. */
  force?: boolean | undefined;
}

export interface PlannedPromotion extends Omit<PlannedUpgrade, 'plan'> {
  plan: PromotionPlan;
}

/**
 * What it would mean to bring an earlier release's version and configuration back with today's data. Changes nothing,
 * and needs no registry where its images are still here. Throws where there is no such release.
 */
export async function planPromotion(
  world: World,
  active: Release,
  request: PromotionWish,
  steps: readonly Step[],
  signal?: AbortSignal,
): Promise<PlannedPromotion> {
  const { journal } = world;
  const target = promotionTarget(world, active, request.release);
  const policy = journal.appliance(active.appliance)?.policy ?? DEFAULT_POLICY;
  const [then, today] = [mustSlot(journal, target.slot), mustSlot(journal, active.slot)];
  const services = target.services.map((spec) => onTodaysData(governed(spec, policy), then, today));
  const found = await Promise.all(services.map(({ image }) => imageOfRelease(world, image, signal)));
  const earlier = { release: target.id, services, found };
  const wish = { ...request, version: target.version, earlier };
  const planned = await planUpgrade(world, active, wish, steps, signal);
  const release: Release = { ...planned.candidate.release, origin: 'promotion', copyOf: target.id };
  // With the image of what runs gone, its settings cannot be told from defaults.
  const current = await currentServices(world, active, signal).catch(() => active.services);
  const settings = current.flatMap((now) => {
    const after = release.services.find(({ name }) => name === now.name);
    return after ? compareSettings(now, after) : [];
  });
  const isNoChange =
    target.version === active.version && settings.length === 0 && compareImages(active, release).length === 0;
  const plan: PromotionPlan = {
    ...planned.plan,
    source: { release: target.id, version: target.version, createdAt: target.createdAt },
    services: release.services.map(({ name, image }) => ({
      name,
      from: active.services.find((service) => service.name === name)?.image.reference ?? 'nothing',
      to: image.reference,
      kept: null,
    })),
    settings,
    obstacles: [
      ...(isNoChange ? [noChange(active, target)] : []),
      ...services.flatMap((spec) => lostMounts(spec, target, today)),
      ...(await missingImages(world, release)),
      ...planned.plan.obstacles,
    ],
  };
  return { ...planned, plan, candidate: { ...planned.candidate, release } };
}

function promotionTarget({ journal }: World, active: Release, named: ReleaseId): Release {
  const target = releaseThatRan(journal, active, named.toUpperCase());
  if (target.id !== active.id) return target;
  throw new BelayError('refused', `${target.id} is what runs now.`, { hint: 'Choose another one: show releases' });
}

/** As it was then, by its digest: whatever its tag is now. */
async function imageOfRelease(world: World, image: PinnedImage, signal?: AbortSignal): Promise<FoundImage> {
  const brought = await broughtImage(world, image, signal);
  if (brought) return brought;
  const { imageId, digest, repository, reference } = image;
  const names = [imageId, digest && `${repository}@${digest}`].filter((name) => name !== null);
  for (const name of names.length > 0 ? names : [reference]) {
    const here = await world.host.inspectImage(name, signal);
    if (here) return { image: { ...image, imageId: here.imageId }, alreadyHere: true };
  }
  return { image, alreadyHere: false };
}

const noChange = (active: Release, target: Release): Obstacle => ({
  code: 'refused',
  message: `${active.appliance} runs ${target.version} with the settings of ${target.id} already.`,
  hint: `To bring its data back as well: rollback system to ${target.id}`,
});

const lostMounts = (spec: ServiceSpec, target: Release, today: Slot): Obstacle[] =>
  withoutDataToday(spec, today).map((place) => ({
    code: 'refused',
    message: `${spec.name} of ${target.id} mounts ${place}, and today's data has nothing there.`,
    hint: `To go back with its own data: rollback system to ${target.id}`,
  }));

import type { Obstacle } from '../domain/plan.ts';
import type { World } from '../domain/ports/world.ts';
import type { PinnedImage } from '../domain/service-spec.ts';
import { freeableData, freeableImages, mebibytes } from './freeable.ts';
import type { SurveyedMount } from './survey-mounts.ts';

const SPACE_MARGIN = 1.05;
const AGAIN = 'then type the command again.';

interface SpaceNeed {
  path: string;
  device: string;
  neededBytes: number;
  freeBytes: number;
  /** For clones, and not for the journal alone. */
  forClones: boolean;
}

export interface NeededSpace {
  path: string;
  neededBytes: number;
  freeBytes: number;
  obstacle: Obstacle | null;
}

/** What the clones and the journal need of each file system, added up, against what is free there. */
export async function neededSpace(world: World, surveyed: SurveyedMount[]): Promise<NeededSpace[]> {
  const { slots, journal } = world;
  const byDevice = new Map<string, SpaceNeed>();
  const add = async (path: string, neededBytes: number, forClones: boolean) => {
    const { device, freeBytes } = await slots.space(path);
    const entry = byDevice.get(device) ?? { path, device, neededBytes: 0, freeBytes, forClones };
    entry.neededBytes += neededBytes;
    byDevice.set(device, entry);
  };
  for (const { planned, clonedTo } of surveyed) {
    if (clonedTo === null || planned.treatment === 'reflink' || planned.treatment === 'shared') continue;
    await add(clonedTo, Math.ceil(planned.sizeBytes * SPACE_MARGIN), true);
  }
  const { directory, neededBytes } = journal.footprint;
  const record = await slots.space(directory);
  // It needs so little that it is worth a word only where it shares a disk with clones, or is short.
  if (record.freeBytes < neededBytes || byDevice.has(record.device)) await add(directory, neededBytes, false);
  return Promise.all([...byDevice.values()].map(async (need) => ({ ...need, obstacle: await obstacle(world, need) })));
}

async function obstacle(world: World, need: SpaceNeed): Promise<Obstacle | null> {
  const { path, device, neededBytes, freeBytes, forClones } = need;
  if (neededBytes <= freeBytes) return null;
  const freeable = await freeableData(world, device).catch(() => null);
  return {
    code: 'no-space',
    message: `${forClones ? 'The clone' : 'The journal'} needs ${mebibytes(neededBytes)} where ${path} lies, and ${mebibytes(freeBytes)} are free.`,
    hint: freeable ? `What could go: ${freeable}. Free some space, ${AGAIN}` : `Free some space there, ${AGAIN}`,
  };
}

/**
 * A warning where the images to be fetched may not fit: how large they are is known when they are here, so that
 * of the running version serves as the measure. Null where they fit, or are here already.
 */
export async function imageSpaceWarning(
  world: World,
  images: readonly { current: PinnedImage; coming: PinnedImage; alreadyHere: boolean }[],
): Promise<string | null> {
  const { host, slots } = world;
  const toFetch = images.filter(({ alreadyHere }) => !alreadyHere);
  const sizes = await Promise.all(
    toFetch.map(async ({ current }) => (await host.inspectImage(current.imageId ?? current.reference))?.sizeBytes ?? 0),
  );
  const expectedBytes = sizes.reduce((sum, size) => sum + size, 0);
  const { rootDir, dataReachable } = await host.describe();
  if (expectedBytes === 0 || !dataReachable) return null;
  const { device, freeBytes } = await slots.space(rootDir);
  if (expectedBytes <= freeBytes) return null;
  const repositories = images.map(({ coming }) => coming.repository);
  const freeable = [await freeableImages(world, repositories), await freeableData(world, device)].filter(Boolean);
  const advice = freeable.length > 0 ? ` What could go: ${freeable.join('; ')}.` : '';
  return `The image may not fit: it takes about ${mebibytes(expectedBytes)} where ${rootDir} lies, and ${mebibytes(freeBytes)} are free.${advice}`;
}

import type { BundleOutline } from '../domain/ports/bundle-store.ts';
import type { Release } from '../domain/release.ts';
import { imagesToExport } from './bundles.ts';
import { imagesToMirror, placeOf, registryOf } from './mirror.ts';
import type { ImageWorld } from './version-images.ts';

export interface BundleExportPlan {
  version: string;
  file: string;
  images: { services: string[]; reference: string }[];
  /** What is to be fetched, where nothing of it has come yet: parts that several images have count once. */
  sizeBytes: number;
}

export interface MirrorPlan {
  version: string;
  registry: string;
  images: { reference: string; mirror: string; isThere: boolean }[];
}

/** What an export would write. Throws what would stop it at once: a version, a registry or a place that is not there. */
export async function planBundleExport(
  world: ImageWorld,
  { active, version, file }: { active: Release; version: string; file: string },
  signal: AbortSignal,
): Promise<BundleExportPlan> {
  await world.bundles.requireWritable(file);
  const { found } = await imagesToExport(world, active, version, signal);
  const sizes = new Map(
    found.flatMap(({ parts: { index, manifest, config, layers } }) =>
      [manifest, config, ...layers, ...(index ? [index] : [])].map((part) => [part.digest, part.sizeBytes] as const),
    ),
  );
  return {
    version,
    file,
    images: found.map(({ image: { services, reference } }) => ({ services, reference })),
    sizeBytes: [...sizes.values()].reduce((sum, sizeBytes) => sum + sizeBytes, 0),
  };
}

/** What a bundle says that it brings; it is verified when it is imported. Throws as `BundleStore.outline`. */
export async function planBundleImport(
  { host, bundles }: ImageWorld,
  file: string,
  signal: AbortSignal,
): Promise<BundleOutline> {
  const { platform } = await host.describe(signal);
  return bundles.outline(file, { platform, signal });
}

/** What a mirror would copy. Throws what would stop it at once: a version or a registry that is not there. */
export async function planMirror(
  world: ImageWorld,
  request: { active: Release; version: string; registry: string },
  signal: AbortSignal,
): Promise<MirrorPlan> {
  const registry = registryOf(request.registry);
  const images: MirrorPlan['images'] = [];
  for (const image of await imagesToMirror(world, { ...request, registry }, signal)) {
    const { mirror, there } = await placeOf(world, registry, image, signal);
    images.push({ reference: image.reference, mirror: `${mirror}:${image.tag}`, isThere: there !== null });
  }
  return { version: request.version, registry, images };
}

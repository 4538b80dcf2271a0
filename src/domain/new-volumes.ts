import type { ServiceSpec } from './service-spec.ts';

/**
 * Mount points that an image declares with VOLUME and that nothing of the specification covers. Left
 * alone, the engine would give each an anonymous volume, whose data no release knows.
 */
export function uncoveredVolumes(service: ServiceSpec, declaredVolumes: readonly string[]): string[] {
  const tmpfs = Object.keys((service.settings.hostConfig.Tmpfs as Record<string, string> | undefined) ?? {});
  const mounts = (service.settings.hostConfig.Mounts as { Target?: string }[] | undefined) ?? [];
  const covered = new Set(
    [...service.mounts.map(({ target }) => target), ...tmpfs, ...mounts.map(({ Target }) => Target ?? '')].map(plain),
  );
  return declaredVolumes.filter((target) => !covered.has(plain(target)));
}

/** The slot key of a volume that begins with a release. */
export const newVolumeKey = (service: string, target: string): string => `new:${service}:${plain(target)}`;

/** Such a volume begins with the image's own content, unlike a clone, which the engine must not fill. */
export const isNewVolumeKey = (slotKey: string): boolean => slotKey.startsWith('new:');

const plain = (path: string) => path.replace(/\/+$/, '') || '/';

/** The same for a volume that has a name of its own. */
export const newVolumeKeyOf = (slotKey: string): string => `new:${slotKey}`;

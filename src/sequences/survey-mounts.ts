import { posix } from 'node:path';
import type { MountTreatment, Obstacle, PlannedMount } from '../domain/plan.ts';
import type { World } from '../domain/ports/world.ts';
import type { ServiceSpec } from '../domain/service-spec.ts';
import type { Slot, SlotMount } from '../domain/slot.ts';
import { cloneSite, isMountPoint } from './mount-points.ts';

/** A mount as the plan shows it, and what stands in the way of cloning it. */
export interface SurveyedMount {
  planned: PlannedMount;
  slotMount: SlotMount | null;
  /** A path in the file system that takes the clone; null where there is none. */
  clonedTo: string | null;
  obstacle: Obstacle | null;
}

/** What an upgrade would do with each thing that is mounted, and how large it is. One entry for a source, however often it is mounted. */
export async function surveyMounts(
  world: World,
  services: ServiceSpec[],
  slot: Slot,
  signal?: AbortSignal,
): Promise<SurveyedMount[]> {
  const bySource = new Map<string, { service: string; mount: ServiceSpec['mounts'][number]; targets: string[] }>();
  for (const service of services) {
    for (const mount of service.mounts) {
      const known = bySource.get(mount.slotKey ?? `shared:${mount.source}`);
      if (known) known.targets.push(mount.target);
      else
        bySource.set(mount.slotKey ?? `shared:${mount.source}`, {
          service: service.name,
          mount,
          targets: [mount.target],
        });
    }
  }
  return Promise.all(
    [...bySource.values()].map(async ({ service, mount, targets }): Promise<SurveyedMount> => {
      const base = { service, kind: mount.kind, source: mount.source, targets };
      const slotMount = slot.mounts.find(({ key }) => key === mount.slotKey) ?? null;
      if (!slotMount) {
        const planned = { ...base, treatment: 'shared' as const, sizeBytes: 0, files: 0, note: mount.sharedBecause };
        return { planned, slotMount: null, clonedTo: null, obstacle: null };
      }
      return surveySlotMount(world, base, slotMount, signal);
    }),
  );
}

async function surveySlotMount(
  { slots }: World,
  base: Pick<PlannedMount, 'service' | 'kind' | 'source' | 'targets'>,
  slotMount: SlotMount,
  signal?: AbortSignal,
): Promise<SurveyedMount> {
  const hindrance = await slots.obstacle(slotMount.path);
  const blocked = (message: string, hint: string): SurveyedMount => ({
    planned: { ...base, treatment: 'shared', sizeBytes: 0, files: 0, note: null },
    slotMount,
    clonedTo: null,
    obstacle: { code: hindrance === 'missing' ? 'data-missing' : 'refused', message, hint },
  });
  if (hindrance === 'missing') {
    return blocked(
      `The data of ${base.source} is not at ${slotMount.path}.`,
      'Look for it before anything else: nothing has been changed.',
    );
  }
  const isCopiedAside = await isMountPoint(slots, slotMount);
  if (isCopiedAside && (await slots.site(slotMount.path)).there === 'file') {
    return blocked(
      `${slotMount.path} is a file and a mount point itself, so it cannot be set aside by renaming.`,
      'Mount the directory that it lies in.',
    );
  }
  if (hindrance === 'link') {
    return blocked(
      `${slotMount.path} is a symbolic link, so its data cannot be set aside by renaming.`,
      'Mount the directory that it points to.',
    );
  }
  if (hindrance === 'special') {
    return blocked(`${slotMount.path} is neither a directory nor a file.`, 'Mount it read-only, so that it is shared.');
  }
  const size = await slots.measure(slotMount.path, signal);
  const { reflink } = await slots.space(slotMount.path);
  const canLevel = await slots.canCompare();
  const treatment: MountTreatment = reflink && !isCopiedAside ? 'reflink' : canLevel ? 'pre-copy' : 'copy-stopped';
  const notes = [
    ...(treatment === 'copy-stopped' ? ['rsync is not installed: the data is copied while stopped'] : []),
    ...(isCopiedAside ? [`a mount point itself, so it is copied to ${posix.dirname(slotMount.path)}`] : []),
  ];
  const note = notes.length > 0 ? notes.join('; ') : null;
  const clonedTo = await cloneSite(slots, slotMount);
  return { planned: { ...base, treatment, ...size, note }, slotMount, clonedTo, obstacle: null };
}

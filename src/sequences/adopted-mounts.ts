import { BelayError } from '../domain/errors.ts';
import type { SlotId } from '../domain/ids.ts';
import type { World } from '../domain/ports/world.ts';
import type { ServiceSpec } from '../domain/service-spec.ts';
import { parkedPathOf, type SlotMount } from '../domain/slot.ts';

/** Where the data of services that were taken over lies, each mount once. */
export async function adoptedMounts(
  { host, slots }: World,
  services: ServiceSpec[],
  slot: SlotId,
): Promise<SlotMount[]> {
  const mounts = new Map<string, SlotMount>();
  for (const spec of services) {
    for (const { kind, source, slotKey } of spec.mounts) {
      if (!slotKey || mounts.has(slotKey)) continue;
      if (kind === 'volume') {
        const volume = await host.inspectVolume(source);
        if (!volume)
          throw new BelayError('data-missing', `The engine does not know the volume ${source} of ${spec.name}.`, {
            hint: `See what it knows: docker volume inspect ${source}`,
          });
        const identity = await slots.identify(volume.hostPath);
        mounts.set(slotKey, { key: slotKey, kind, volume: source, path: volume.hostPath, parkedPath: null, identity });
      } else {
        // A bind nested in another one shares the outer one's key, which names the outer path.
        const path = slotKey.slice('bind:'.length);
        const identity = await slots.identify(path);
        mounts.set(slotKey, { key: slotKey, kind, volume: null, path, parkedPath: parkedPathOf(path, slot), identity });
      }
    }
  }
  return [...mounts.values()].sort((a, b) => a.key.localeCompare(b.key));
}

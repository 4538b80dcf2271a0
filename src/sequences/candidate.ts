import { newReleaseId, newSlotId } from '../domain/ids.ts';
import type { Release } from '../domain/release.ts';
import type { PinnedImage, ServiceSpec } from '../domain/service-spec.ts';
import { parkedPathOf, type Slot, slotVolumeName } from '../domain/slot.ts';

export interface Candidate {
  release: Release;
  slot: Slot | null;
}

/**
 * The release that an upgrade is to make active: what the user set on the running containers, with the
 * new images, on a slot of its own. `services` are the running containers' specifications as read now.
 */
export function upgradeCandidate(
  from: Release,
  fromSlot: Slot,
  services: readonly { spec: ServiceSpec; image: PinnedImage }[],
  request: { version: string; by: string; at: Date },
): Candidate & { slot: Slot } {
  const slotId = newSlotId();
  const slot: Slot = {
    id: slotId,
    appliance: from.appliance,
    mounts: fromSlot.mounts.map((mount, index) =>
      mount.kind === 'volume'
        ? { ...mount, volume: slotVolumeName(slotId, index + 1), path: '', identity: null }
        : { ...mount, parkedPath: parkedPathOf(mount.path, slotId), identity: null },
    ),
    state: 'preparing',
    clonedFrom: fromSlot.id,
    createdAt: request.at,
    frozenAt: null,
    archive: null,
    importedFrom: null,
    leftovers: false,
  };
  const release: Release = {
    id: newReleaseId(),
    appliance: from.appliance,
    version: request.version,
    services: services.map(({ spec, image }) => onSlot({ ...spec, image }, slot)),
    slot: slotId,
    status: 'candidate',
    origin: 'upgrade',
    copyOf: null,
    previous: from.id,
    by: request.by,
    createdAt: request.at,
  };
  return { release, slot };
}

/** A copy of an earlier release for the top of the list; it takes over that release's slot. */
export function rollbackCandidate(from: Release, target: Release, request: { by: string; at: Date }): Candidate {
  const release: Release = {
    ...target,
    id: newReleaseId(),
    status: 'candidate',
    origin: 'rollback',
    copyOf: target.id,
    previous: from.id,
    by: request.by,
    createdAt: request.at,
  };
  return { release, slot: null };
}

function onSlot(spec: ServiceSpec, slot: Slot): ServiceSpec {
  const volumes = new Map(slot.mounts.map(({ key, volume }) => [key, volume]));
  const mounts = spec.mounts.map((mount) => {
    const volume = mount.slotKey ? volumes.get(mount.slotKey) : null;
    return volume ? { ...mount, source: volume } : mount;
  });
  return { ...spec, mounts };
}

/**
 * Gives a specification that was read from a running container the slot keys of the slot that it runs on:
 * its volumes bear that slot's names, the keys stay the same over all slots.
 */
export function rekeyed(spec: ServiceSpec, slot: Slot): ServiceSpec {
  const keys = new Map(slot.mounts.flatMap(({ key, volume }) => (volume ? [[volume, key] as const] : [])));
  const mounts = spec.mounts.map((mount) => {
    const key = mount.kind === 'volume' ? keys.get(mount.source) : undefined;
    return key ? { ...mount, slotKey: key } : mount;
  });
  return { ...spec, mounts };
}

import type { DataTarget } from '../domain/data-target.ts';
import { newReleaseId, newSlotId, type SlotId } from '../domain/ids.ts';
import type { Release } from '../domain/release.ts';
import { relocated } from '../domain/relocated-mount.ts';
import { isSameImage, type PinnedImage, type ServiceSpec } from '../domain/service-spec.ts';
import { freshSlot, parkedPathOf, type Slot, type SlotMount, slotVolumeName } from '../domain/slot.ts';

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
  services: readonly { spec: ServiceSpec; image: PinnedImage; awaits?: PinnedImage | null }[],
  request: { version: string; by: string; at: Date },
): Candidate & { slot: Slot } {
  const slot = newSlot(from.appliance, fromSlot.mounts, fromSlot.id, request.at);
  const release: Release = {
    id: newReleaseId(),
    appliance: from.appliance,
    version: request.version,
    services: services.map(({ spec, image, awaits }) => onSlot(withImage(spec, image, awaits), slot)),
    slot: slot.id,
    status: 'candidate',
    origin: 'upgrade',
    copyOf: null,
    previous: from.id,
    by: request.by,
    createdAt: request.at,
  };
  return { release, slot };
}

/** A slot with the same mounts, whose data is still to come. */
function newSlot(appliance: string, mounts: readonly SlotMount[], clonedFrom: SlotId, at: Date): Slot {
  const id = newSlotId();
  return freshSlot({
    id,
    appliance,
    mounts: mounts.map((mount, index) =>
      mount.kind === 'volume'
        ? { ...withoutOrigin(mount), volume: slotVolumeName(id, index + 1), path: '', identity: null }
        : { ...withoutOrigin(mount), parkedPath: parkedPathOf(mount.path, id), identity: null },
    ),
    state: 'preparing',
    clonedFrom,
    createdAt: at,
  });
}

function withoutOrigin({ restoredFrom: _, madeInPlace: __, ...mount }: SlotMount): SlotMount {
  return mount;
}

/** As `rollbackCandidate`, where the earlier release's slot is an archive: it is unpacked to a slot of its own. */
export function unpackedCandidate(
  from: Release,
  target: Release,
  archived: Slot,
  request: { by: string; at: Date },
): Candidate & { slot: Slot } {
  const slot = newSlot(target.appliance, archived.mounts, archived.id, request.at);
  slot.mounts = slot.mounts.map((mount) => ({ ...mount, restoredFrom: { key: mount.key, strip: '' } }));
  const { release } = rollbackCandidate(from, target, request);
  return { release: { ...release, slot: slot.id, services: release.services.map((spec) => onSlot(spec, slot)) }, slot };
}

/**
 * What runs, with the data of a snapshot. `restored` says for a mount's key where in the snapshot its data is; the
 * other mounts keep today's data.
 */
export function restoreCandidate(
  active: Release,
  activeSlot: Slot,
  services: readonly ServiceSpec[],
  snapshot: Slot,
  restored: ReadonlyMap<string, NonNullable<SlotMount['restoredFrom']>>,
  request: { by: string; at: Date },
): Candidate & { slot: Slot } {
  const slot = newSlot(active.appliance, activeSlot.mounts, snapshot.id, request.at);
  slot.mounts = slot.mounts.map((mount) => {
    const restoredFrom = restored.get(mount.key);
    return restoredFrom ? { ...mount, restoredFrom } : mount;
  });
  const release: Release = {
    ...active,
    id: newReleaseId(),
    services: services.map((spec) => onSlot(spec, slot)),
    slot: slot.id,
    status: 'candidate',
    origin: 'restore',
    copyOf: null,
    previous: active.id,
    by: request.by,
    createdAt: request.at,
  };
  return { release, slot };
}

/**
 * What runs, with the data of one mount somewhere else. Its key stays what it was, so that both slots can be compared;
 * the other mounts are cloned as in an upgrade. `toMountPoint`: the target is an empty mount point.
 */
export function moveCandidate(
  active: Release,
  activeSlot: Slot,
  services: readonly ServiceSpec[],
  moved: { key: string; target: DataTarget; toMountPoint?: boolean },
  request: { by: string; at: Date },
): Candidate & { slot: Slot } {
  const slot = newSlot(active.appliance, activeSlot.mounts, activeSlot.id, request.at);
  const { key, target, toMountPoint } = moved;
  slot.mounts = slot.mounts.map((mount) =>
    mount.key !== key
      ? mount
      : target.kind === 'volume'
        ? { key, kind: 'volume', volume: target.name, path: '', parkedPath: null, identity: null }
        : {
            key,
            kind: 'bind',
            volume: null,
            ...bindPaths(target.path, slot.id),
            identity: null,
            // Nothing beside it is in the same file system, and it may be there because no other has the room.
            ...(toMountPoint ? { madeInPlace: true } : {}),
          },
  );
  const left = activeSlot.mounts.find((mount) => mount.key === key);
  const release: Release = {
    ...active,
    id: newReleaseId(),
    services: services.map((spec) => {
      const mounts = spec.mounts.map((mount) =>
        left && mount.slotKey === key ? relocated(mount, left, target) : mount,
      );
      return onSlot({ ...spec, mounts }, slot);
    }),
    slot: slot.id,
    status: 'candidate',
    origin: 'move',
    copyOf: null,
    previous: active.id,
    by: request.by,
    createdAt: request.at,
  };
  return { release, slot };
}

const bindPaths = (path: string, slot: SlotId) => ({ path, parkedPath: parkedPathOf(path, slot) });

/** A service with an image, and with the one that it has not taken yet. */
export function withImage(spec: ServiceSpec, image: PinnedImage, awaits?: PinnedImage | null): ServiceSpec {
  const { awaits: _, softwareVersion, ...rest } = spec;
  // Another image brings its own software.
  const own = softwareVersion && isSameImage(spec.image, image) ? { softwareVersion } : {};
  return { ...rest, image, ...own, ...(awaits ? { awaits } : {}) };
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
 * its volumes bear that slot's names, and its directories may have been something else once; the keys stay the
 * same over all slots.
 */
export function rekeyed(spec: ServiceSpec, slot: Slot): ServiceSpec {
  const keys = new Map(
    slot.mounts.map(({ key, volume, path }) => [volume === null ? `bind:${path}` : `volume:${volume}`, key] as const),
  );
  const mounts = spec.mounts.map((mount) => {
    // A bind inside of another one has the outer one's key.
    const key = keys.get(mount.kind === 'volume' ? `volume:${mount.source}` : (mount.slotKey ?? ''));
    return key ? { ...mount, slotKey: key, sharedBecause: null } : mount;
  });
  return { ...spec, mounts };
}

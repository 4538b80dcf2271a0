import { BelayError } from '../domain/errors.ts';
import { type HostPower, powersOfService } from '../domain/host-powers.ts';
import { newReleaseId, newSlotId } from '../domain/ids.ts';
import type { ImportedArchive, PackProgress } from '../domain/ports/archive-store.ts';
import type { Journal } from '../domain/ports/journal.ts';
import type { World } from '../domain/ports/world.ts';
import type { Release } from '../domain/release.ts';
import { freshSlot, type Slot, type SlotArchive, type SlotMount } from '../domain/slot.ts';
import { clearLeftovers, othersOn } from './clear-leftovers.ts';
import { releasesOf } from './plan-restore.ts';
import { mustSlot } from './slot-pairs.ts';

export interface Watching {
  onProgress: (progress: PackProgress) => void;
  signal: AbortSignal;
}

/** The release that an archive of this slot is to bring with it. */
function describedBy({ journal }: World, slot: Slot): Release {
  const [release] = releasesOf(journal, slot);
  if (release) return release;
  throw new BelayError('refused', `${slot.id} belongs to no release, so it is exported as the file that it was.`);
}

/**
 * Turns a frozen slot into an archive: packed and verified, then noted, then what it had as a slot removed. Cut off
 * anywhere, it is either still a slot or already an archive. `refused` where another container has its data.
 */
export async function archiveSlot(world: World, slot: Slot, { onProgress, signal }: Watching): Promise<void> {
  const { journal, archives } = world;
  const others = await othersOn(world, slot);
  if (others.length > 0) {
    throw new BelayError('refused', `The data of ${slot.id} is used by another container: ${others.join(', ')}.`, {
      hint: 'It stays as it is.',
    });
  }
  const path = archives.pathOf(slot);
  // Written, verified, and not noted before the daemon was cut off: made anew.
  await archives.remove({ path });
  const archive = await archives.pack(slot, describedBy(world, slot), path, onProgress, signal);
  try {
    journal.snapshots.archived(slot.id, archive);
  } catch (thrown) {
    await archives.remove({ path });
    throw thrown;
  }
  await clearLeftovers(world, mustSlot(journal, slot.id));
}

/** Writes a snapshot to a file outside, which is not overwritten. Returns what an import of it would refuse as well. */
export async function exportSnapshot(
  world: World,
  slot: Slot,
  file: string,
  watching: Watching,
): Promise<Pick<SlotArchive, 'sizeBytes' | 'unwelcome'>> {
  const { archives } = world;
  if (slot.archive) {
    await archives.copy(slot.archive, file, watching.onProgress, watching.signal);
    return slot.archive;
  }
  return archives.pack(slot, describedBy(world, slot), file, watching.onProgress, watching.signal);
}

/**
 * Brings a file from outside in as a snapshot, once all of it has been judged. One of Belay's brings its release,
 * and its appliance where there is none of that name; a plain tarball becomes a snapshot of `appliance`.
 */
export async function importSnapshot(
  world: World,
  request: { file: string; appliance: string | null; allow: readonly HostPower[]; by: string },
  { onProgress, signal }: Watching,
): Promise<{ slot: Slot; release: Release | null }> {
  const { journal, host, slots, archives, clock } = world;
  const id = newSlotId();
  const at = clock.now();
  const slot = freshSlot({
    id,
    appliance: request.appliance ?? 'imported',
    mounts: [],
    state: 'archived',
    createdAt: at,
    importedFrom: request.file,
  });
  const { rootDir } = await host.describe(signal);
  const { freeBytes } = await slots.space(rootDir);
  const path = archives.pathOf(slot);
  const found = await archives.import(request.file, path, freeBytes, onProgress, signal);
  try {
    const release = releaseOf(found, slot, request.by, at);
    if (release) refusePowers(journal, release, request);
    if (!release && request.appliance === null) {
      throw new BelayError(
        'refused',
        `${request.file} is a plain tarball, which can only be restored under an appliance.`,
        {
          hint: 'First take one over: adopt CONTAINER',
        },
      );
    }
    const complete: Slot = {
      ...slot,
      appliance: release?.appliance ?? slot.appliance,
      archive: found.archive,
      frozenAt: found.frozenAt,
      mounts: (found.mounts ?? []).map(
        (mount): SlotMount => ({ ...mount, volume: null, parkedPath: null, identity: null }),
      ),
    };
    journal.snapshots.imported(complete, release);
    return { slot: complete, release };
  } catch (thrown) {
    await archives.remove({ path });
    throw thrown;
  }
}

/** Whoever wrote the file must not become the master of this host by it: what runs here already may do so much, or it is allowed by name. */
function refusePowers(
  journal: Journal,
  release: Release,
  { file, appliance, allow }: { file: string; appliance: string | null; allow: readonly HostPower[] },
): void {
  const active = journal.release(journal.appliance(appliance ?? release.appliance)?.active ?? '');
  const held = (active?.services ?? []).flatMap(powersOfService).map(({ power }) => power);
  for (const service of release.services) {
    const asked = powersOfService(service).filter(({ power }) => !held.includes(power) && !allow.includes(power));
    const [first] = asked;
    if (!first) continue;
    const powers = [...new Set([...allow, ...asked.map(({ power }) => power)])].join(',');
    throw new BelayError('refused', `${service.name} in it asks for ${first.power}: ${first.what}.`, {
      hint: `Only where you trust whoever made the file: import snapshot ${file} allow ${powers}`,
    });
  }
}

/** Under a name of its own: the same file may be imported twice, and its release may be here already. */
function releaseOf({ release }: ImportedArchive, slot: Slot, by: string, at: Date): Release | null {
  if (!release) return null;
  return {
    ...release,
    id: newReleaseId(),
    slot: slot.id,
    status: 'imported',
    origin: 'import',
    copyOf: null,
    previous: null,
    by,
    createdAt: at,
  };
}

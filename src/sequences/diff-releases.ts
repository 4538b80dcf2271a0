import type { World } from '../domain/ports/world.ts';
import type { Release } from '../domain/release.ts';
import { compareImages, compareReleaseSettings, type ReleaseDiff } from '../domain/release-diff.ts';
import type { Slot } from '../domain/slot.ts';
import { changesSince } from './plan-rollback.ts';

/** What `to` has other than `from`: by their records, and in the data of both where it is at hand. Changes nothing. */
export async function diffReleases(
  world: Pick<World, 'journal' | 'slots'>,
  from: Release,
  to: Release,
  signal?: AbortSignal,
): Promise<ReleaseDiff> {
  const named = ({ id, version, createdAt }: Release) => ({ release: id, version, createdAt });
  return {
    appliance: to.appliance,
    from: named(from),
    to: named(to),
    images: compareImages(from, to),
    settings: compareReleaseSettings(from, to),
    data: await dataOf(world, from, to, signal),
  };
}

async function dataOf(
  world: Pick<World, 'journal' | 'slots'>,
  from: Release,
  to: Release,
  signal?: AbortSignal,
): Promise<ReleaseDiff['data']> {
  if (from.slot === to.slot) return { isShared: true, changes: null, note: null };
  const reason = [from, to].map((release) => whyNot(release, world.journal.slot(release.slot))).find(Boolean) ?? null;
  if (reason !== null) return { isShared: false, changes: null, note: reason };
  return { isShared: false, changes: await changesSince(world, from, to, signal), note: null };
}

/** Why the data of a release cannot be compared. */
function whyNot({ id, version }: Release, slot: Slot | null): string | null {
  const data = `The data of ${version} (${id})`;
  if (!slot || slot.state === 'discarded') return `${data} is gone.`;
  if (slot.state === 'archived') return `${data} is an archive, which is not compared.`;
  if (slot.state === 'preparing') return `${data} is not complete.`;
  return slot.mounts.length === 0 ? `${version} (${id}) has no data in mounts.` : null;
}

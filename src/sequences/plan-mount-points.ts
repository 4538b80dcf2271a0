import { posix } from 'node:path';
import type { Obstacle, PlannedMount } from '../domain/plan.ts';
import type { DataSize, SlotStore } from '../domain/ports/slot-store.ts';
import type { Slot, SlotMount } from '../domain/slot.ts';
import { compareForecastMs, copyForecastMs } from './forecast.ts';
import { mebibytes } from './freeable.ts';
import { copiedAside, isMountPoint } from './mount-points.ts';

const SPACE_MARGIN = 1.05;
const SECOND_MS = 1_000;

/** What copying costs where a mount point keeps data from being renamed. */
export interface MountPointCosts {
  warnings: string[];
  obstacles: Obstacle[];
  /** While nothing serves. */
  downtimeMs: number;
}

/**
 * What it takes to exchange the data of mount points: room for what runs in the file system around each, room for what
 * comes in its own, and the time. `unpacked` is what comes, where it is not there yet and is unpacked beside.
 */
export async function mountPointCosts(
  slots: SlotStore,
  leaving: { slot: Slot; version: string },
  coming: { slot: Slot; version: string },
  unpacked: DataSize | null,
): Promise<MountPointCosts> {
  const costs: MountPointCosts = { warnings: [], obstacles: [], downtimeMs: 0 };
  for (const mount of await copiedAside(slots, leaving.slot, coming.slot)) {
    const other = coming.slot.mounts.find(({ path }) => path === mount.path) as SlotMount;
    const now = await slots.measure(mount.path);
    const next = unpacked ?? (await measured(slots, other));
    if (next === null) continue; // that it is not there is an obstacle of its own
    const besideBytes = Math.ceil((now.sizeBytes + (unpacked?.sizeBytes ?? 0)) * SPACE_MARGIN);
    const insideBytes = Math.max(0, Math.ceil(next.sizeBytes * SPACE_MARGIN) - now.sizeBytes);
    const beside = await room(slots, posix.dirname(mount.path), besideBytes);
    const inside = await room(slots, mount.path, insideBytes);
    costs.obstacles.push(...[beside, inside].flatMap(({ obstacle }) => obstacle ?? []));
    const downtimeMs = copyForecastMs(next) + compareForecastMs(now);
    costs.downtimeMs += downtimeMs;
    costs.warnings.push(
      `${mount.path} is a mount point itself, so its data is copied instead of renamed: that of ` +
        `${leaving.version} to ${posix.dirname(mount.path)} while it serves (${beside.words}), that of ${coming.version} ` +
        `into it after the stop (${inside.words}; ${seconds(downtimeMs)} of the downtime).`,
    );
  }
  return costs;
}

/** What going back from an upgrade will cost, for its plan. */
export async function wayBackWarnings(
  slots: SlotStore,
  version: string,
  mounts: readonly { planned: PlannedMount; slotMount: SlotMount | null }[],
): Promise<string[]> {
  const warnings: string[] = [];
  for (const { planned, slotMount } of mounts) {
    if (!slotMount || planned.treatment === 'shared' || !(await isMountPoint(slots, slotMount))) continue;
    warnings.push(
      `${slotMount.path} is a mount point itself: going back copies the data of ${version} back into it, ` +
        `which takes ${seconds(copyForecastMs(planned))} more of downtime.`,
    );
  }
  return warnings;
}

const seconds = (ms: number): string => `about ${Math.max(1, Math.round(ms / SECOND_MS)).toLocaleString('en-US')} s`;

async function measured(slots: SlotStore, mount: SlotMount): Promise<DataSize | null> {
  const path = await slots.locate(mount).catch(() => null);
  return path === null ? null : slots.measure(path);
}

async function room(slots: SlotStore, path: string, neededBytes: number) {
  const { freeBytes } = await slots.space(path);
  const words = `${mebibytes(neededBytes)} of ${mebibytes(freeBytes)} free`;
  if (neededBytes <= freeBytes) return { words, obstacle: null };
  const obstacle: Obstacle = {
    code: 'no-space',
    message: `Copying the data needs ${mebibytes(neededBytes)} in ${path}, and ${mebibytes(freeBytes)} are free.`,
    hint: 'Free some space there, then type the command again.',
  };
  return { words, obstacle };
}

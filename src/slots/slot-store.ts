import { lstat } from 'node:fs/promises';
import type { CopyProgress, SlotStore } from '../domain/ports/slot-store.ts';
import { compareTrees } from './compare.ts';
import { copyWhole, prepareTarget } from './copy.ts';
import { clonesInstantly, flushFilesystems, kernelTimeMs, obstacleAt, spaceAt } from './filesystem.ts';
import { bringCopyLevel } from './level.ts';
import { discardClone, identityAt, locateData, parkData, placeData, whereaboutsOf } from './placing.ts';
import { hasComparingTools } from './tools.ts';
import { measureTree } from './tree.ts';

/** File systems keep times as coarsely as this; files changed so shortly before are compared as well. */
const TIME_MARGIN_MS = 2_000;
/** A pass that took longer is followed by another one while the source serves, so that little is left. */
const SHORT_PASS_MS = 3_000;
const MAX_PASSES = 3;
/** The clock is held to have been set when it and the time that passed differ by more than this. */
const CLOCK_TOLERANCE_MS = 1_000;

/** Slots on the file systems of this machine. */
export function createSlotStore(): SlotStore {
  /** When each clone was begun, by the kernel's clock and by one that nobody can set. */
  const begun = new Map<string, { kernelMs: number; monotonicMs: number }>();

  /** Everything written before the returned time is on disk, so that a later write through mmap shows. */
  async function startPass(from: string, to: string): Promise<number> {
    const kernelMs = await kernelTimeMs(to);
    begun.set(to, { kernelMs, monotonicMs: performance.now() });
    await flushFilesystems([from]);
    return kernelMs - TIME_MARGIN_MS;
  }

  async function clockWasSet(to: string): Promise<boolean> {
    const start = begun.get(to);
    if (start === undefined) return false;
    const passedMs = performance.now() - start.monotonicMs;
    return Math.abs((await kernelTimeMs(to)) - start.kernelMs - passedMs) > CLOCK_TOLERANCE_MS;
  }

  async function preCopy(
    from: string,
    to: string,
    onProgress: (progress: CopyProgress) => void,
    signal?: AbortSignal,
  ): Promise<{ sinceMs: number }> {
    await prepareTarget(from, to);
    if ((await clonesInstantly(from, to)) || !(await hasComparingTools())) return { sinceMs: 0 };
    let sinceMs = await startPass(from, to);
    let passStartedMs = performance.now();
    await copyWhole(from, to, { onProgress, isLive: true, signal });
    for (let pass = 1; pass < MAX_PASSES && performance.now() - passStartedMs > SHORT_PASS_MS; pass++) {
      passStartedMs = performance.now();
      const nextSinceMs = await startPass(from, to);
      await bringCopyLevel(from, to, { sinceMs, isLive: true, signal });
      sinceMs = nextSinceMs;
    }
    return { sinceMs };
  }

  async function bringLevel(from: string, to: string, sinceMs: number, signal?: AbortSignal): Promise<void> {
    const hasFirstPass = sinceMs > 0 && (await lstat(to).catch(() => null)) !== null;
    if (hasFirstPass && (await hasComparingTools())) {
      const trusted = (await clockWasSet(to)) ? 0 : sinceMs;
      await bringCopyLevel(from, to, { sinceMs: trusted, isLive: false, signal });
    } else {
      await prepareTarget(from, to);
      await copyWhole(from, to, { isLive: false, signal });
    }
    begun.delete(to);
  }

  return {
    measure: measureTree,
    space: spaceAt,
    obstacle: obstacleAt,
    identify: identityAt,
    canCompare: hasComparingTools,
    preCopy,
    bringLevel,
    flush: flushFilesystems,
    whereabouts: whereaboutsOf,
    locate: locateData,
    place: placeData,
    park: parkData,
    discard: discardClone,
    compare: compareTrees,
  };
}

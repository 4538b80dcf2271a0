import { lstat } from 'node:fs/promises';
import type { CopyProgress, Left, SlotStore } from '../domain/ports/slot-store.ts';
import { type SlotMount, unfinishedPathOf } from '../domain/slot.ts';
import { compareTrees } from './compare.ts';
import { copyWhole, prepareTarget } from './copy.ts';
import { clonesInstantly, flushFilesystems, kernelTimeMs, obstacleAt, spaceAt } from './filesystem.ts';
import { findFiles } from './find.ts';
import { bringCopyLevel } from './level.ts';
import { recordsOf } from './listing.ts';
import { identityAt } from './mount-note.ts';
import {
  acknowledgeData,
  claimPlace,
  discardClone,
  locateData,
  parkData,
  placeData,
  vacatePlace,
  whereaboutsOf,
} from './placing.ts';
import { pulseOf } from './pulse.ts';
import { giveTo, makeDirectoryLike, siteAt } from './site.ts';
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
  /** When each clone was begun, by the kernel's clock and by one that nobody can set, and what is in it since. */
  const begun = new Map<string, { kernelMs: number; monotonicMs: number; records?: Set<string> | undefined }>();

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
    // Nobody else writes the clone: it is listed now, because the time of the second pass is downtime.
    const start = begun.get(to);
    if (start && (await lstat(to)).isDirectory()) start.records = await recordsOf(to, signal);
    return { sinceMs };
  }

  async function cloneLive(
    from: string,
    to: string,
    sinceMs: number | null,
    onProgress: (progress: CopyProgress) => void,
    signal?: AbortSignal,
  ): Promise<{ sinceMs: number }> {
    const isFirst = sinceMs === null || !(await hasComparingTools());
    if (isFirst) await prepareTarget(from, to);
    const nextMs = await startPass(from, to);
    if (isFirst) await copyWhole(from, to, { onProgress, isLive: true, signal });
    else await bringCopyLevel(from, to, { sinceMs: (await clockWasSet(to)) ? 0 : sinceMs, isLive: true, signal });
    return { sinceMs: nextMs };
  }

  async function bringLevel(from: string, to: string, sinceMs: number, signal?: AbortSignal): Promise<void> {
    const hasFirstPass = sinceMs > 0 && (await lstat(to).catch(() => null)) !== null;
    if (hasFirstPass && (await hasComparingTools())) {
      const trusted = (await clockWasSet(to)) ? 0 : sinceMs;
      const start = begun.get(to);
      const known = start?.records;
      // True until the clone is written: another try must look for itself.
      if (start) start.records = undefined;
      await bringCopyLevel(from, to, { sinceMs: trusted, isLive: false, known, signal });
    } else {
      await prepareTarget(from, to);
      await copyWhole(from, to, { isLive: false, signal });
    }
    begun.delete(to);
  }

  async function place(mount: SlotMount, left?: Left): Promise<void> {
    // The time of a pass that another daemon made says nothing where the clock has been set since.
    const unfinished = unfinishedPathOf(mount.path, left?.slot ?? '');
    const { copiedSinceMs: _, ...unaided } = left ?? {};
    await placeData(mount, left && (begun.has(unfinished) ? left : (unaided as Left)), bringLevel);
  }

  return {
    measure: measureTree,
    pulse: pulseOf,
    space: spaceAt,
    obstacle: obstacleAt,
    find: findFiles,
    identify: identityAt,
    canCompare: hasComparingTools,
    preCopy,
    bringLevel,
    cloneLive,
    flush: flushFilesystems,
    whereabouts: whereaboutsOf,
    locate: locateData,
    place,
    park: parkData,
    discard: discardClone,
    claim: claimPlace,
    acknowledge: acknowledgeData,
    vacate: vacatePlace,
    site: siteAt,
    makeDirectory: makeDirectoryLike,
    setOwner: giveTo,
    compare: compareTrees,
  };
}

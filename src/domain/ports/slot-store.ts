import type { Owner } from '../data-target.ts';
import type { SlotId } from '../ids.ts';
import type { DataIdentity, SlotMount } from '../slot.ts';

export interface CopyProgress {
  doneBytes: number;
  totalBytes: number;
}

export interface DataSize {
  sizeBytes: number;
  files: number;
}

export interface SpaceInfo {
  /** Tells file systems apart, so that what two mounts need of one is added up. */
  device: string;
  freeBytes: number;
  /** `ext4`, `xfs`, …, as the kernel names it. */
  filesystem: string;
  /** Whether a clone takes constant time and no space (XFS, btrfs). */
  reflink: boolean;
}

/** Where a bind mount's slot lies now. `foreign`: something else is where it should be. */
export type Whereabouts = 'in-place' | 'parked' | 'missing' | 'foreign';

export interface DataChange {
  /** Relative to the mount. */
  path: string;
  change: 'added' | 'changed' | 'removed';
  sizeBytes: number;
}

export interface DataChanges {
  added: number;
  changed: number;
  removed: number;
  /** The most recently changed first, at most the limit asked for. */
  sample: DataChange[];
}

/** A directory as it looks from outside. */
export interface DirectoryLook extends Owner {
  mode: number;
}

/** What is at a path that data is to be moved to. */
export interface Site {
  /** The same path without symbolic links on the way; null where the directory above it is not there. */
  realPath: string | null;
  /** `empty` and `something` are directories, `file` is whatever is none; in an empty mount point may be `lost+found`. */
  there: 'nothing' | 'empty' | 'something' | 'file' | 'mount-point' | 'empty-mount-point';
  /** Of an empty directory, so that it can be made again; null for anything else. */
  look: DirectoryLook | null;
}

/** What becomes of the data that a mount point holds, and that has been parked, when other data comes into it. */
export interface Left {
  slot: SlotId;
  /**
   * `kept`: it is copied aside first. `alike`: the data that comes is a clone of it, to the last byte, and becomes the
   * copy of it. `abandoned`: nobody needs it any more.
   */
  as: 'kept' | 'alike' | 'abandoned';
  /** `kept`: from which time on a copy of it that is there already may differ, as `preCopy` has returned it. */
  copiedSinceMs?: number | undefined;
}

/** What `path` is that is no ordinary file or directory: a mount point, a symbolic link, a device, nothing at all. */
export type PathObstacle = 'mount-point' | 'link' | 'special' | 'missing' | null;

/**
 * Data on the host's file systems: cloning, bringing level, setting aside, comparing. It never
 * deletes anything but a clone that it is told to discard. Every method is safe to repeat.
 */
export interface SlotStore {
  measure(path: string, signal?: AbortSignal): Promise<DataSize>;
  /** A bounded look that is cheap whatever the size: the answer is another one when something has been written. */
  pulse(path: string, signal?: AbortSignal): Promise<string>;
  /** About the file system that holds `path` (or its nearest existing parent). */
  space(path: string): Promise<SpaceInfo>;
  obstacle(path: string): Promise<PathObstacle>;
  /** Files below a directory whose path fits `pattern`, with `*` and `?` within a name; at most a hundred. */
  find(path: string, pattern: string): Promise<{ path: string; mtimeMs: number }[]>;
  /** Null when nothing is there. */
  identify(path: string): Promise<DataIdentity | null>;
  /** Whether the delta can compare (rsync is here); otherwise everything is copied while stopped. */
  canCompare(): Promise<boolean>;

  /**
   * First pass, while the source may still be written. Returns the time from which on files must be
   * compared by content in `bringLevel` (DESIGN section 5, the trap in pre-copy). With reflinks it
   * copies nothing. Whatever is at `to` from an earlier try is replaced.
   */
  preCopy(
    from: string,
    to: string,
    onProgress: (progress: CopyProgress) => void,
    signal?: AbortSignal,
  ): Promise<{ sinceMs: number }>;
  /** Second pass, after the source has stopped: `to` becomes identical to `from`. */
  bringLevel(from: string, to: string, sinceMs: number, signal?: AbortSignal): Promise<void>;
  /**
   * A pass while the source is written and goes on being written: the first one copies everything (`sinceMs` is null),
   * further ones what has changed since the one before, which has returned the time. As `preCopy`, it replaces what is there.
   */
  cloneLive(
    from: string,
    to: string,
    sinceMs: number | null,
    onProgress: (progress: CopyProgress) => void,
    signal?: AbortSignal,
  ): Promise<{ sinceMs: number }>;
  /** Flushes the file systems that hold these paths. */
  flush(paths: string[]): Promise<void>;

  whereabouts(mount: SlotMount): Promise<Whereabouts>;
  /** Path where the mount's data lies now. `data-missing` when it is missing or foreign. */
  locate(mount: SlotMount): Promise<string>;
  /**
   * Bind mount: renames the slot's data from its parked path into place, on disk when it returns. An empty directory
   * there gives way. Nothing to do for a volume. Into a mount point, which cannot be renamed, it is copied; `left` says
   * what becomes of what was parked there.
   */
  place(mount: SlotMount, left?: Left): Promise<void>;
  /**
   * Bind mount: renames the slot's data out of the way, on disk when it returns. Nothing to do for a volume. In a mount
   * point it stays where it is until other data is placed there.
   */
  park(mount: SlotMount): Promise<void>;
  /** Deletes a clone at its parked path, on disk when it returns. Refuses any path that is not a clone of Belay's. */
  discard(path: string): Promise<void>;

  /**
   * Makes an empty mount point a slot's own, before a clone is made in it. `refused` where something is in it. Nothing
   * to do for a mount that is not made in place.
   */
  claim(mount: SlotMount): Promise<void>;
  /** What lies in a mount point is this slot's from now on, whosever it was: a container that runs uses it. */
  acknowledge(mount: SlotMount): Promise<void>;
  /** Takes what a slot has parked in a mount point out of it for good, or its copy. Nothing to do for any other mount. */
  vacate(mount: SlotMount): Promise<void>;

  site(path: string): Promise<Site>;
  /** Makes an empty directory where nothing is, on disk when it returns. */
  makeDirectory(path: string, look: DirectoryLook): Promise<void>;
  /** Gives a clone to somebody, with everything in it; a link itself, never what it points to. */
  setOwner(path: string, owner: Owner, signal?: AbortSignal): Promise<void>;

  /** What differs between two trees, by size, mtime, type and link target. */
  compare(before: string, after: string, sampleLimit: number, signal?: AbortSignal): Promise<DataChanges>;
}

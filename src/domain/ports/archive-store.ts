import type { Release } from '../release.ts';
import type { Slot, SlotArchive, SlotMount } from '../slot.ts';

export interface PackProgress {
  doneBytes: number;
  files: number;
  /** An archive is written, and then read back. */
  phase: 'writing' | 'verifying' | 'reading';
}

/** What a file from outside holds, once it has been read through and found good. */
export interface ImportedArchive {
  archive: SlotArchive;
  /** Null for a plain tarball, which knows of no release. */
  release: Pick<Release, 'id' | 'appliance' | 'version' | 'services'> | null;
  /** When its data was frozen; null where it does not say. */
  frozenAt: Date | null;
  /** Null for a plain tarball. */
  mounts: Pick<SlotMount, 'key' | 'kind' | 'path'>[] | null;
}

export interface Unpacking {
  /** Which mount of the archive, by its key; null for a plain tarball, which is one. */
  key: string | null;
  /** An empty directory; or, for a mount that is a single file, where that file goes. */
  to: string;
  /** Plain tarball: the directory in it that becomes `to`; '' for all of it. */
  strip: string;
  /** Plain tarball: whose owner and mode the directory gets where the tarball does not say. */
  like: string | null;
}

/**
 * Slots as files: one archive for a slot, with the release that it belongs to, which `tar --zstd -x` reads.
 * Whatever is wrong with an archive is told as `refused` before anything is changed.
 */
export interface ArchiveStore {
  /** Where the archive of a slot of this appliance is kept. */
  pathOf(slot: Slot): string;
  /**
   * Archives a frozen slot: written beside `path` under another name, flushed, read back and held against the
   * data byte by byte, and only then given its name. `refused` where something is there; `no-space` where the
   * disk would get full. Nothing is left where it fails.
   */
  pack(
    slot: Slot,
    release: Release,
    path: string,
    onProgress: (progress: PackProgress) => void,
    signal: AbortSignal,
  ): Promise<SlotArchive>;
  /** Copies an archive to another place, checking that it is the one that the journal knows. */
  copy(
    archive: SlotArchive,
    path: string,
    onProgress: (progress: PackProgress) => void,
    signal: AbortSignal,
  ): Promise<void>;
  /** Reads a file from outside to its end, judging all of it, while it is copied to `to`. */
  import(
    file: string,
    to: string,
    quotaBytes: number,
    onProgress: (progress: PackProgress) => void,
    signal: AbortSignal,
  ): Promise<ImportedArchive>;
  /** Unpacks mounts of an archive, flushed. Rejects where anything is not as it was archived. */
  unpack(
    archive: SlotArchive,
    targets: Unpacking[],
    onProgress: (progress: PackProgress) => void,
    signal: AbortSignal,
  ): Promise<void>;
  /** Throws what `pack` would because of where the archive is to be: `refused` where it cannot be written there. */
  requireWritable(path: string): Promise<void>;
  /** In bytes, of a file from outside; `not-found` where there is none. */
  sizeOf(path: string): Promise<number>;
  /** Whether the file is there, with its size; null where it is as the journal says. One sentence otherwise. */
  problem(archive: SlotArchive): Promise<string | null>;
  remove(archive: Pick<SlotArchive, 'path'>): Promise<void>;
  /** Removes what is half written of a file outside. */
  abandon(path: string): Promise<void>;
  /** Removes what an earlier daemon left half written. */
  sweep(): Promise<void>;
}

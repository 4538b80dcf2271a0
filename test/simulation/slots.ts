import { BelayError } from '../../src/domain/errors.ts';
import type { CopyProgress, DataChange, SlotStore, Whereabouts } from '../../src/domain/ports/slot-store.ts';
import { type DataIdentity, isBelaysPath, type SlotMount } from '../../src/domain/slot.ts';
import type { Directory, File, SimulatedDisk } from './disk.ts';
import type { VirtualTime } from './virtual-time.ts';

const TIME_MARGIN_MS = 2_000;
const COPY_FILE_MS = 15;
const CLOCK_TOLERANCE_MS = 1_000;

/** What differs from host to host. */
export interface Storage {
  reflink: boolean;
  hasComparingTools: boolean;
  freeBytes: number;
  /** A bug for the simulation to find: mapped pages are not flushed before the first pass. */
  forgetsToFlush: boolean;
  /** Another one: what is renamed or deleted is not flushed. */
  forgetsRenames: boolean;
}

const sizeOf = (directory: Directory): number =>
  [...directory.entries.values()].reduce((sum, entry) => sum + (entry.kind === 'file' ? entry.text.length : 0), 0);

/** Slots on the simulated disk, by the promises of the port. A new one for each daemon: it remembers in memory only. */
export function simulatedSlots(disk: SimulatedDisk, time: VirtualTime, storage: Storage): SlotStore {
  const begun = new Map<string, { wallMs: number; nowMs: number }>();

  const identify = (path: string): DataIdentity | null => {
    const entry = path === '' ? null : disk.at(path);
    return entry?.kind === 'directory' ? { inode: String(entry.inode), bornNs: String(entry.bornMs) } : null;
  };
  const isSame = (path: string, identity: DataIdentity): boolean => identify(path)?.inode === identity.inode;

  function whereaboutsOf({ path, parkedPath, identity, kind }: SlotMount): Whereabouts {
    if (kind === 'volume' || parkedPath === null) {
      if (!identify(path)) return 'missing';
      return identity === null || isSame(path, identity) ? 'in-place' : 'foreign';
    }
    if (identity === null) return identify(parkedPath) ? 'parked' : 'missing';
    if (isSame(path, identity)) return 'in-place';
    if (isSame(parkedPath, identity)) return 'parked';
    return identify(path) || identify(parkedPath) ? 'foreign' : 'missing';
  }

  function locate(mount: SlotMount): string {
    const whereabouts = whereaboutsOf(mount);
    if (whereabouts === 'in-place') return mount.path;
    if (whereabouts === 'parked') return mount.parkedPath as string;
    throw new BelayError('data-missing', `The data of ${mount.path} is ${whereabouts}.`);
  }

  function move(from: string, to: string, over: 'nothing' | 'an empty directory'): void {
    const isEmpty = disk.directory(to)?.entries.size === 0;
    if (disk.at(to) && !(isEmpty && over === 'an empty directory'))
      throw new BelayError('refused', `${from} cannot be renamed to ${to}: something else is there.`);
    disk.rename(from, to);
    if (!storage.forgetsRenames) disk.flushDirectories();
  }

  function emptyTarget(to: string): Directory {
    const target = disk.directory(to);
    if (!target) return disk.createDirectory(to);
    if (target.entries.size > 0 && !isBelaysPath(to)) throw new BelayError('refused', `${to} is not overwritten.`);
    for (const name of [...target.entries.keys()]) disk.change(target, name, null);
    return target;
  }

  function mustDirectory(path: string): Directory {
    const directory = disk.directory(path);
    if (!directory) throw new BelayError('data-missing', `Nothing is at ${path}.`);
    return directory;
  }

  function copyFile(target: Directory, name: string, source: File): void {
    if (sizeOf(target) + source.text.length > storage.freeBytes) {
      throw new BelayError('no-space', 'There is no space left on the disk.');
    }
    disk.change(target, name, disk.newFile(source.text, source.mtimeMs));
  }

  async function copyAll(from: string, to: string, onFile: (doneBytes: number) => void, signal?: AbortSignal) {
    const [source, target] = [mustDirectory(from), emptyTarget(to)];
    let doneBytes = 0;
    for (const name of [...source.entries.keys()]) {
      await time.sleep(COPY_FILE_MS);
      if (signal?.aborted) throw signal.reason;
      const file = source.entries.get(name);
      if (file?.kind !== 'file') continue; // vanished meanwhile
      copyFile(target, name, file);
      doneBytes += file.text.length;
      onFile(doneBytes);
    }
  }

  return {
    find: async () => [],
    measure: async (path) => {
      const directory = mustDirectory(path);
      return { sizeBytes: sizeOf(directory), files: directory.entries.size };
    },
    space: async () => ({
      device: 'disk',
      freeBytes: storage.freeBytes,
      filesystem: storage.reflink ? 'xfs' : 'ext4',
      reflink: storage.reflink,
    }),
    pulse: async (path) => {
      const directory = mustDirectory(path);
      const files = [...directory.entries.values()].filter((entry) => entry.kind === 'file');
      return `${files.length} ${Math.max(0, ...files.map(({ mtimeMs }) => mtimeMs))}`;
    },
    obstacle: async (path) => (disk.at(path) ? null : 'missing'),
    identify: async (path) => identify(path),
    canCompare: async () => storage.hasComparingTools,

    async preCopy(from, to, onProgress: (progress: CopyProgress) => void, signal) {
      const totalBytes = sizeOf(mustDirectory(from));
      emptyTarget(to);
      if (storage.reflink || !storage.hasComparingTools) return { sinceMs: 0 };
      begun.set(to, { wallMs: time.wallMs, nowMs: time.nowMs });
      const sinceMs = time.wallMs - TIME_MARGIN_MS;
      if (!storage.forgetsToFlush) disk.flushAll();
      await copyAll(from, to, (doneBytes) => onProgress({ doneBytes, totalBytes }), signal);
      return { sinceMs };
    },

    async bringLevel(from, to, sinceMs, signal) {
      const start = begun.get(to);
      const passedMs = start ? time.nowMs - start.nowMs : 0;
      const wasSet = start ? Math.abs(time.wallMs - start.wallMs - passedMs) > CLOCK_TOLERANCE_MS : false;
      const target = disk.directory(to);
      if (sinceMs === 0 || !target || !storage.hasComparingTools) return copyAll(from, to, () => {}, signal);
      const source = mustDirectory(from);
      for (const name of [...target.entries.keys()]) {
        if (!source.entries.has(name)) disk.change(target, name, null);
      }
      for (const [name, file] of [...source.entries]) {
        if (file.kind !== 'file') continue;
        const clone = target.entries.get(name);
        const looksSame =
          clone?.kind === 'file' && clone.text.length === file.text.length && clone.mtimeMs === file.mtimeMs;
        const isTrusted = !wasSet && file.mtimeMs < sinceMs;
        if (looksSame && (isTrusted || clone.text === file.text)) continue;
        await time.sleep(COPY_FILE_MS);
        copyFile(target, name, file);
      }
      begun.delete(to);
    },

    async cloneLive(from, to, _sinceMs, _onProgress, signal) {
      disk.flushAll();
      await copyAll(from, to, () => {}, signal);
      return { sinceMs: time.wallMs - TIME_MARGIN_MS };
    },

    async flush(paths) {
      if (paths.length > 0) disk.flushAll();
    },
    whereabouts: async (mount) => whereaboutsOf(mount),
    locate: async (mount) => locate(mount),
    async place(mount) {
      if (mount.kind === 'volume' || mount.parkedPath === null) return;
      if (locate(mount) !== mount.path) move(mount.parkedPath, mount.path, 'an empty directory');
    },
    async park(mount) {
      if (mount.kind === 'volume' || mount.parkedPath === null) return;
      if (locate(mount) === mount.path) move(mount.path, mount.parkedPath, 'nothing');
    },
    async discard(path) {
      if (!isBelaysPath(path)) throw new BelayError('refused', `${path} is not deleted.`);
      const cut = path.lastIndexOf('/');
      const parent = disk.directory(path.slice(0, cut));
      if (parent?.entries.has(path.slice(cut + 1))) disk.change(parent, path.slice(cut + 1), null);
      if (!storage.forgetsRenames) disk.flushDirectories();
    },

    // No directory of the simulated disk is a mount point.
    async claim() {},
    async acknowledge() {},
    async vacate() {},

    async site(path) {
      const directory = disk.directory(path);
      const isEmpty = directory?.entries.size === 0;
      return {
        realPath: disk.directory(path.slice(0, path.lastIndexOf('/'))) ? path : null,
        there: directory ? (isEmpty ? 'empty' : 'something') : disk.at(path) ? 'file' : 'nothing',
        look: isEmpty ? { mode: 0o755, uid: 0, gid: 0 } : null,
      };
    },
    async makeDirectory(path) {
      disk.createDirectory(path);
      disk.flushDirectories();
    },
    async setOwner() {},

    async compare(before, after, sampleLimit) {
      const [old, young] = [mustDirectory(before).entries, mustDirectory(after).entries];
      const changes: DataChange[] = [];
      for (const [path, file] of young) {
        const was = old.get(path);
        const sizeBytes = file.kind === 'file' ? file.text.length : 0;
        if (!was) changes.push({ path, change: 'added', sizeBytes });
        else if (file.kind === 'file' && was.kind === 'file' && file.text !== was.text) {
          changes.push({ path, change: 'changed', sizeBytes });
        }
      }
      for (const path of old.keys()) if (!young.has(path)) changes.push({ path, change: 'removed', sizeBytes: 0 });
      const count = (kind: DataChange['change']) => changes.filter(({ change }) => change === kind).length;
      return {
        added: count('added'),
        changed: count('changed'),
        removed: count('removed'),
        sample: changes.slice(0, sampleLimit),
      };
    },
  };
}

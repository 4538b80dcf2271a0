import { createHash } from 'node:crypto';
import { lstat, mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ArchiveStore, ImportedArchive, PackProgress } from '../../domain/ports/archive-store.ts';
import type { Release } from '../../domain/release.ts';
import type { Slot, SlotArchive } from '../../domain/slot.ts';
import { throwIfAborted } from '../command.ts';
import { spaceAt } from '../filesystem.ts';
import { locateData } from '../placing.ts';
import { readArchive } from './archive-reader.ts';
import { CommonDirectory } from './common-directory.ts';
import { readCompressed } from './compression.ts';
import { counted } from './counted.ts';
import type { ArchiveManifest } from './manifest.ts';
import { type PackedMount, packArchive } from './pack.ts';
import { damaged } from './tar-entry.ts';
import { unpackArchive } from './unpack.ts';
import { verifyArchive } from './verify.ts';
import { isPartial, removePartial, requireRoom, requireWritable, sizeOfFile, writeWhole } from './whole-file.ts';

/** Archives on the file systems of this machine; its own are kept in one directory. */
export function createArchiveStore(directory: string): ArchiveStore {
  async function ownDirectory(path: string): Promise<void> {
    if (dirname(path) === directory) await mkdir(directory, { recursive: true, mode: 0o700 });
  }

  async function pack(
    slot: Slot,
    release: Release,
    path: string,
    onProgress: (progress: PackProgress) => void,
    signal: AbortSignal,
  ): Promise<SlotArchive> {
    const mounts: PackedMount[] = [];
    const described: ArchiveManifest['mounts'] = [];
    for (const [index, mount] of slot.mounts.entries()) {
      const from = await locateData(mount);
      const at = `data/${index + 1}`;
      mounts.push({ path: from, directory: at });
      const type = (await lstat(from)).isDirectory() ? 'directory' : 'file';
      const { key, kind } = mount;
      described.push({ key, kind, path: kind === 'bind' ? mount.path : null, directory: at, type });
    }
    const manifest = manifestOf(slot, release, described);
    await ownDirectory(path);
    return writeWhole(path, async (partial) => {
      const checkRoom = () => requireRoom(partial);
      const written = await packArchive(partial, manifest, mounts, { onProgress, checkRoom, signal });
      await verifyArchive(partial, written.sha256, mounts, { onProgress, signal });
      return { path, ...written, format: 'belay' as const, prefix: '' };
    });
  }

  /** Copies every byte of a file while `read` looks at it. */
  async function copying<T>(
    from: string,
    to: string,
    read: (onRaw: (chunk: Buffer) => Promise<void>) => Promise<T>,
  ): Promise<{ result: T; sha256: string; sizeBytes: number }> {
    await sizeOfFile(from);
    await ownDirectory(to);
    return writeWhole(to, async (partial) => {
      const file = await open(partial, 'wx', 0o600);
      const whole = createHash('sha256');
      let sizeBytes = 0;
      try {
        const result = await read(async (chunk) => {
          whole.update(chunk);
          sizeBytes += chunk.length;
          await file.appendFile(chunk);
        });
        await file.sync();
        return { result, sha256: whole.digest('hex'), sizeBytes };
      } finally {
        await file.close();
      }
    });
  }

  async function importFile(
    from: string,
    to: string,
    quotaBytes: number,
    onProgress: (progress: PackProgress) => void,
    signal: AbortSignal,
  ): Promise<ImportedArchive> {
    const common = new CommonDirectory();
    let [doneBytes, files] = [0, 0];
    const read = (onRaw: (chunk: Buffer) => Promise<void>) =>
      readCompressed(from, { onRaw, limitRatio: true, signal }, (chunks) =>
        readArchive(
          chunks,
          { origin: 'outside', quotaBytes },
          {
            onMember: async ({ directory: part, entry, content }) => {
              if (part === '') common.add(entry);
              const tell = (bytes: number) => onProgress({ doneBytes: doneBytes + bytes, files, phase: 'reading' });
              for await (const _ of counted(content, entry.sizeBytes, tell));
              doneBytes += entry.sizeBytes;
              if (entry.kind !== 'directory') files++;
              onProgress({ doneBytes, files, phase: 'reading' });
            },
          },
        ),
      );
    const { result, sha256, sizeBytes } = await copying(from, to, read);
    const { manifest } = result;
    const archive: SlotArchive = {
      path: to,
      sha256,
      sizeBytes,
      dataBytes: result.dataBytes,
      files: result.files,
      format: manifest ? 'belay' : 'tar',
      prefix: common.value,
    };
    if (!manifest) return { archive, release: null, frozenAt: null, mounts: null };
    const { id, version, services } = manifest.release;
    return {
      archive,
      release: { id, version, services, appliance: manifest.appliance },
      frozenAt: manifest.frozenAt ? new Date(manifest.frozenAt) : null,
      mounts: manifest.mounts.map(({ key, kind, path }) => ({ key, kind, path: path ?? '' })),
    };
  }

  return {
    pathOf: ({ id, appliance }) => join(directory, `${appliance}-${id}.belay`),
    pack,
    import: importFile,
    requireWritable,
    sizeOf: sizeOfFile,
    async copy(archive, path, onProgress, signal) {
      let doneBytes = 0;
      const read = async (onRaw: (chunk: Buffer) => Promise<void>) => {
        const whole = createHash('sha256');
        const file = await open(archive.path);
        for await (const chunk of file.createReadStream({ highWaterMark: 256 << 10 }) as AsyncIterable<Buffer>) {
          throwIfAborted(signal);
          whole.update(chunk);
          await onRaw(chunk);
          doneBytes += chunk.length;
          onProgress({ doneBytes, files: archive.files, phase: 'writing' });
        }
        if (whole.digest('hex') !== archive.sha256) throw damaged('its checksum is not the one in the journal');
      };
      await copying(archive.path, path, read);
    },
    async unpack(archive, targets, onProgress, signal) {
      const free = await Promise.all(targets.map(async ({ to }) => (await spaceAt(to)).freeBytes));
      await unpackArchive(archive, targets, { quotaBytes: Math.max(0, ...free), onProgress, signal });
    },
    async problem({ path, sizeBytes }) {
      const status = await stat(path).catch(() => null);
      if (!status) return `The archive ${path} is gone.`;
      return status.size === sizeBytes ? null : `The archive ${path} is not as long as it was when it was made.`;
    },
    remove: ({ path }) => rm(path, { force: true }),
    abandon: removePartial,
    async sweep() {
      const names = await readdir(directory).catch(() => [] as string[]);
      const left = names.filter(isPartial);
      await Promise.all(left.map((name) => rm(join(directory, name), { force: true })));
    },
  };
}

function manifestOf(slot: Slot, release: Release, mounts: ArchiveManifest['mounts']): ArchiveManifest {
  const { id, version, by, services, createdAt } = release;
  return {
    format: 1,
    appliance: slot.appliance,
    slot: slot.id,
    frozenAt: slot.frozenAt?.toISOString() ?? null,
    archivedAt: new Date().toISOString(),
    release: { id, version, by, createdAt: createdAt.toISOString(), services },
    mounts,
  };
}

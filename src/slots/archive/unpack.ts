import { createHash } from 'node:crypto';
import { chmod, chown, lstat, mkdir, readdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { PackProgress, Unpacking } from '../../domain/ports/archive-store.ts';
import type { SlotArchive } from '../../domain/slot.ts';
import { flushFilesystems } from '../filesystem.ts';
import { type DataMember, readArchive } from './archive-reader.ts';
import { readCompressed } from './compression.ts';
import type { ArchiveManifest } from './manifest.ts';
import { damaged, printableName, type TarEntry, unwanted } from './tar-entry.ts';
import { PatientWriter, writeWithTar } from './tar-process.ts';
import { END_OF_ARCHIVE, entryHeader, entryPadding } from './tar-writer.ts';

export interface UnpackOptions {
  quotaBytes: number;
  onProgress: (progress: PackProgress) => void;
  signal: AbortSignal;
}

/**
 * Unpacks mounts of an archive. Each member is judged, and then written anew for GNU tar, which so never sees
 * a byte of a header that came from outside. At the end the whole file's checksum decides.
 */
export async function unpackArchive(
  archive: SlotArchive,
  targets: readonly Unpacking[],
  options: UnpackOptions,
): Promise<void> {
  const whole = createHash('sha256');
  const unpacker = new Unpacker(targets, options);
  try {
    await readCompressed(
      archive.path,
      { onRaw: (chunk) => void whole.update(chunk), limitRatio: archive.format === 'tar', signal: options.signal },
      (chunks) => readArchive(chunks, { origin: 'own', quotaBytes: options.quotaBytes }, unpacker),
    );
    await unpacker.finish();
  } finally {
    unpacker.kill();
  }
  if (whole.digest('hex') !== archive.sha256) throw damaged('its checksum is not the one in the journal');
  await flushFilesystems(targets.map(({ to }) => to));
}

class Unpacker {
  readonly #targets: readonly Unpacking[];
  readonly #options: UnpackOptions;
  #manifest: ArchiveManifest | null = null;
  #current: { directory: string; target: Unpacking; writer: PatientWriter; kill: () => void } | null = null;
  readonly #finished = new Set<Unpacking>();
  #doneBytes = 0;
  #files = 0;

  constructor(targets: readonly Unpacking[], options: UnpackOptions) {
    this.#targets = targets;
    this.#options = options;
  }

  readonly onManifest = (manifest: ArchiveManifest): void => {
    this.#manifest = manifest;
  };

  readonly onMember = async (member: DataMember): Promise<void> => {
    const target = this.#targetOf(member.directory);
    if (!target) return;
    const entry = this.#placed(member, target);
    if (!entry) return;
    if (this.#current?.directory !== member.directory) await this.#open(member.directory, target, entry);
    const { writer } = this.#current as NonNullable<typeof this.current>;
    await writer.write(entryHeader(entry));
    for await (const chunk of member.content) {
      await writer.write(chunk);
      this.#doneBytes += chunk.length;
      this.#report();
    }
    const padding = entryPadding(entry);
    if (padding.length > 0) await writer.write(padding);
    if (entry.kind !== 'directory') this.#files++;
    this.#report();
  };

  async finish(): Promise<void> {
    await this.#close();
    const missing = this.#targets.find((target) => !this.#finished.has(target));
    if (missing) throw damaged(`it has nothing for ${missing.key ?? missing.to}`);
  }

  kill(): void {
    this.#current?.kill();
  }

  get current() {
    return this.#current;
  }

  #report(): void {
    this.#options.onProgress({ doneBytes: this.#doneBytes, files: this.#files, phase: 'reading' });
  }

  #targetOf(directory: string): Unpacking | undefined {
    if (directory === '') return this.#targets.find(({ key }) => key === null);
    const mount = this.#manifest?.mounts.find((each) => each.directory === directory);
    return this.#targets.find(({ key }) => key === mount?.key);
  }

  /** The member as it goes into its directory; null for a directory above it. */
  #placed({ directory, entry }: DataMember, { strip, to }: Unpacking): TarEntry | null {
    if (directory !== '' && entry.name === '' && entry.kind === 'file')
      return { ...entry, name: `./${latin1(basename(to))}` };
    const name = directory === '' ? below(entry.name, strip) : entry.name;
    if (name === null) {
      const isAbove =
        entry.kind === 'directory' && (strip === entry.name || strip.startsWith(`${entry.name}/`) || entry.name === '');
      if (!isAbove) throw unwanted(`${printableName(entry.name)} does not lie in ${printableName(strip)}`);
      return null;
    }
    const target = directory === '' && entry.kind === 'hard link' ? below(entry.linkName, strip) : entry.linkName;
    if (target === null)
      throw unwanted(`${printableName(entry.name)} is a hard link to outside ${printableName(strip)}`);
    return {
      ...entry,
      name: name === '' ? '.' : `./${name}`,
      linkName: entry.kind === 'hard link' ? `./${target}` : target,
    };
  }

  async #open(directory: string, target: Unpacking, first: TarEntry): Promise<void> {
    await this.#close();
    if (this.#finished.has(target)) throw unwanted(`what belongs to ${directory || 'it'} is not all in one place`);
    this.#finished.add(target);
    await mkdir(dirname(target.to), { recursive: true });
    const isFile = first.name === `./${latin1(basename(target.to))}` && directory !== '' && first.kind === 'file';
    if (!isFile) await freshDirectory(target);
    const tar = writeWithTar(isFile ? dirname(target.to) : target.to);
    this.#current = { directory, target, writer: new PatientWriter(tar.stream, tar.ended), kill: tar.kill };
  }

  async #close(): Promise<void> {
    if (!this.#current) return;
    await this.#current.writer.end(END_OF_ARCHIVE);
    this.#current = null;
  }
}

/** The directory, which is empty, with the owner and mode that it has where the archive says nothing of them. */
async function freshDirectory({ to, like }: Unpacking): Promise<void> {
  await mkdir(to, { recursive: true, mode: 0o700 });
  if ((await readdir(to)).length > 0) throw unwanted(`${to} is not empty, and nothing is unpacked over it`);
  const model = like === null ? null : await lstat(like).catch(() => null);
  if (!model) return;
  await chown(to, model.uid, model.gid);
  await chmod(to, model.mode & 0o7777);
}

const latin1 = (path: string): string => Buffer.from(path).toString('latin1');

function below(name: string, strip: string): string | null {
  if (strip === '') return name;
  if (name === strip) return '';
  return name.startsWith(`${strip}/`) ? name.slice(strip.length + 1) : null;
}

import type { Disk } from '../../src/lab/disk.ts';
import type { Chance } from './chance.ts';

export interface Directory {
  kind: 'directory';
  inode: number;
  bornMs: number;
  entries: Map<string, Entry>;
}

export interface File {
  kind: 'file';
  inode: number;
  /** As programs see it: the page cache. */
  text: string;
  /** As it is on the disk; null where nothing of it is. */
  durable: string | null;
  mtimeMs: number;
  /** Written through a mapping since it was last flushed: a further write does not move the time. */
  isDirtyPage: boolean;
}

type Entry = Directory | File | { kind: 'link'; target: string };

const namesIn = (path: string): string[] => path.split('/').filter((name) => name !== '');

/**
 * Files in memory, with what a power cut does to them: a file's text is lost unless it was flushed, and of the
 * changes to directories a beginning is kept, as a journalling file system does.
 */
export class SimulatedDisk implements Disk {
  readonly root: Directory;
  readonly #nowMs: () => number;
  #inodes = 2;
  #undo: (() => void)[] = [];

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
    this.root = this.#newDirectory();
  }

  at(path: string): Entry | null {
    let entry: Entry | null = this.root;
    for (const name of namesIn(path)) {
      if (entry?.kind !== 'directory') return null;
      entry = entry.entries.get(name) ?? null;
    }
    return entry;
  }

  directory(path: string): Directory | null {
    const entry = this.at(path);
    return entry?.kind === 'directory' ? entry : null;
  }

  // What the engine keeps is on the disk when it says so.

  read(path: string): string | null {
    const entry = this.at(path);
    return entry?.kind === 'file' ? entry.text : null;
  }

  replace(path: string, text: string): void {
    const names = namesIn(path);
    const parent = this.#ensure(names.slice(0, -1));
    const name = names.at(-1) as string;
    const old = parent.entries.get(name);
    if (old?.kind === 'file') Object.assign(old, { text, durable: text });
    else parent.entries.set(name, { ...this.newFile(text, this.#nowMs()), durable: text });
  }

  append(path: string, text: string): void {
    this.replace(path, (this.read(path) ?? '') + text);
  }

  list(path: string): string[] {
    return [...(this.directory(path)?.entries.keys() ?? [])];
  }

  exists(path: string): boolean {
    return this.at(path) !== null;
  }

  isLink(path: string): boolean {
    return this.at(path)?.kind === 'link';
  }

  makeDirectory(path: string): void {
    this.#ensure(namesIn(path));
  }

  link(target: string, path: string): void {
    const names = namesIn(path);
    this.#ensure(names.slice(0, -1)).entries.set(names.at(-1) as string, { kind: 'link', target });
  }

  remove(path: string): void {
    const names = namesIn(path);
    this.directory(names.slice(0, -1).join('/'))?.entries.delete(names.at(-1) as string);
  }

  // What programs do to data is on the disk when it has been flushed.

  newFile(text: string, mtimeMs: number): File {
    return { kind: 'file', inode: this.#inodes++, text, durable: null, mtimeMs, isDirtyPage: false };
  }

  /** Puts an entry into a directory, or takes it out with null. */
  change(directory: Directory, name: string, entry: Entry | null): void {
    const old = directory.entries.get(name);
    this.#undo.push(() => {
      if (old) directory.entries.set(name, old);
      else directory.entries.delete(name);
    });
    if (entry) directory.entries.set(name, entry);
    else directory.entries.delete(name);
  }

  createDirectory(path: string): Directory {
    const names = namesIn(path);
    const made = this.#newDirectory();
    this.change(this.#ensure(names.slice(0, -1)), names.at(-1) as string, made);
    return made;
  }

  rename(from: string, to: string): void {
    const [source, target] = [namesIn(from), namesIn(to)];
    const entry = this.at(from);
    if (!entry) throw new Error(`ENOENT: ${from}`);
    const old = this.directory(source.slice(0, -1).join('/')) as Directory;
    const parent = this.#ensure(target.slice(0, -1));
    const [oldName, name] = [source.at(-1) as string, target.at(-1) as string];
    const replaced = parent.entries.get(name);
    old.entries.delete(oldName);
    parent.entries.set(name, entry);
    this.#undo.push(() => {
      if (replaced) parent.entries.set(name, replaced);
      else parent.entries.delete(name);
      old.entries.set(oldName, entry);
    });
  }

  /** fsync of one file: also whatever has changed in directories until now. */
  flushFile(file: File): void {
    file.durable = file.text;
    file.isDirtyPage = false;
    this.flushDirectories();
  }

  flushDirectories(): void {
    this.#undo = [];
  }

  flushAll(): void {
    for (const file of filesBelow(this.root)) {
      file.durable = file.text;
      file.isDirtyPage = false;
    }
    this.flushDirectories();
  }

  /** What had not been flushed is there or not, as it happens. */
  powerCut(chance: Chance): void {
    const kept = chance.happens(0.3) ? 0 : chance.between(0, this.#undo.length);
    for (const undo of this.#undo.slice(kept).reverse()) undo();
    this.#undo = [];
    for (const file of filesBelow(this.root)) {
      if (file.text !== file.durable && chance.happens(0.7)) file.text = file.durable ?? '';
      file.durable = file.text;
      file.isDirtyPage = false;
    }
  }

  #newDirectory(): Directory {
    return { kind: 'directory', inode: this.#inodes++, bornMs: this.#nowMs(), entries: new Map() };
  }

  #ensure(names: string[]): Directory {
    let directory = this.root;
    for (const name of names) {
      let entry = directory.entries.get(name);
      if (!entry) {
        entry = this.#newDirectory();
        directory.entries.set(name, entry);
      }
      if (entry.kind !== 'directory') throw new Error(`ENOTDIR: ${names.join('/')}`);
      directory = entry;
    }
    return directory;
  }
}

function* filesBelow(directory: Directory): Generator<File> {
  for (const entry of directory.entries.values()) {
    if (entry.kind === 'file') yield entry;
    else if (entry.kind === 'directory') yield* filesBelow(entry);
  }
}

/** Text by name; data is one directory deep in a simulation. */
export function textsOf(directory: Directory): Map<string, string> {
  const texts = new Map<string, string>();
  for (const [name, entry] of directory.entries) if (entry.kind === 'file') texts.set(name, entry.text);
  return texts;
}

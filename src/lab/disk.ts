import {
  appendFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** Files and directories, by absolute path. */
export interface Disk {
  /** Null where there is no such file. */
  read(path: string): string | null;
  /** Writes the file as a whole, so that whoever is killed leaves the old or the new text. Makes its directory. */
  replace(path: string, text: string): void;
  append(path: string, text: string): void;
  list(directory: string): string[];
  /** Follows links. */
  exists(path: string): boolean;
  isLink(path: string): boolean;
  /** With its parents; nothing to do where it is there. */
  makeDirectory(path: string): void;
  /** Makes `path` a symbolic link to `target`. */
  link(target: string, path: string): void;
  /** With all that is below; nothing to do where nothing is there. */
  remove(path: string): void;
}

export const realDisk: Disk = {
  read(path) {
    try {
      return readFileSync(path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
  },
  replace(path, text) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.new`, text);
    renameSync(`${path}.new`, path);
  },
  append: (path, text) => appendFileSync(path, text),
  list: (directory) => readdirSync(directory),
  exists: (path) => existsSync(path),
  isLink: (path) => lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false,
  makeDirectory: (path) => void mkdirSync(path, { recursive: true }),
  link: (target, path) => symlinkSync(target, path),
  remove: (path) => rmSync(path, { recursive: true, force: true }),
};

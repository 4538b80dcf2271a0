import { constants } from 'node:fs';
import { link, lstat, mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Kind } from '../command.ts';
import { ShellError } from '../failure.ts';
import { formatAge, formatBytes } from '../format.ts';
import { statePath } from '../state-path.ts';

const MOST_FILES = 100;
const MOST_BYTES = 16 * 1024 * 1024;
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const BAD_NAME = 'A file has a name of letters, digits, dots and dashes, as in: before-upgrade';

/** A name to be given. */
export const savedName: Kind = {
  metavar: 'NAME',
  problem: (text) => (NAME.test(text) ? null : BAD_NAME),
  complete: async () => [],
};

/** One that is there. */
export const savedFile: Kind = {
  metavar: 'FILE',
  problem: savedName.problem,
  async complete() {
    const nowMs = Date.now();
    return (await new SavedFiles().list()).map(({ name, sizeBytes, savedAt }) => ({
      text: name,
      help: `${formatBytes(sizeBytes)}, ${formatAge(savedAt, nowMs)}`,
    }));
  },
};

export interface SavedFile {
  name: string;
  sizeBytes: number;
  savedAt: string;
}

/**
 * The answers that a person has kept with `save`: in one directory of theirs, mode 0600, found by name and never by
 * path. A link or anything else that somebody has put there is not read and not written.
 */
export class SavedFiles {
  private readonly directory: string;

  constructor(environment: NodeJS.ProcessEnv = process.env) {
    this.directory = statePath(environment, 'saved');
  }

  /** By name. */
  async list(): Promise<SavedFile[]> {
    const names = await readdir(this.directory).catch(() => []);
    const found = await Promise.all(
      names
        .filter((name) => NAME.test(name))
        .map(async (name) => {
          const status = await lstat(join(this.directory, name)).catch(() => null);
          return status?.isFile() ? [{ name, sizeBytes: status.size, savedAt: status.mtime.toISOString() }] : [];
        }),
    );
    return found.flat().sort((a, b) => a.name.localeCompare(b.name));
  }

  /** The size in bytes. `refused` where the name is taken or there is no room left. */
  async write(name: string, lines: readonly string[]): Promise<number> {
    const path = this.pathOf(name);
    const content = Buffer.from(lines.map((line) => `${line}\n`).join(''));
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    const kept = await this.list();
    const usedBytes = kept.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    if (kept.some((file) => file.name === name)) {
      throw new ShellError('refused', `You have kept a file named ${name} already.`, `First: delete file ${name}`);
    }
    if (kept.length >= MOST_FILES || usedBytes + content.length > MOST_BYTES) {
      const room = `${MOST_FILES} files with ${formatBytes(MOST_BYTES)} in all`;
      throw new ShellError('refused', `There is no room for ${name}: ${room} can be kept.`, 'See: show files');
    }
    const fresh = join(this.directory, `.${process.pid}.part`);
    const flags = constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | constants.O_NOFOLLOW;
    await rm(fresh, { force: true });
    const file = await open(fresh, flags, 0o600);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    // Unlike a rename, a link never takes the place of a file that came meanwhile.
    await link(fresh, path).finally(() => rm(fresh, { force: true }));
    return content.length;
  }

  /** Its lines. `not-found` where there is none of this name. */
  async read(name: string): Promise<string[]> {
    const path = this.pathOf(name);
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(() => null);
    try {
      const status = await file?.stat();
      if (!file || !status?.isFile()) throw missing(name);
      const buffer = Buffer.alloc(Math.min(status.size, MOST_BYTES));
      const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
      return buffer.toString('utf8', 0, bytesRead).replace(/\n$/, '').split('\n');
    } finally {
      await file?.close();
    }
  }

  async remove(name: string): Promise<void> {
    if (!(await this.list()).some((file) => file.name === name)) throw missing(name);
    await rm(this.pathOf(name));
  }

  private pathOf(name: string): string {
    if (!NAME.test(name)) throw new ShellError('usage', BAD_NAME);
    return join(this.directory, name);
  }
}

const missing = (name: string): ShellError =>
  new ShellError('not-found', `You have kept no file named ${name}.`, 'See: show files');

import { existsSync, lstatSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, open, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { CliChange, CliPackage, InstalledCli } from '../domain/cli-release.ts';
import { BelayError } from '../domain/errors.ts';
import { CURRENT, currentIn, programIn, RELEASES, rootOf } from './layout.ts';
import { describedIn, verifyPackage } from './package.ts';
import { bringPackage } from './unpack.ts';

const CHANGES = 'changes.json';
const REMEMBERED_CHANGES = 100;
const INCOMING = '.incoming-';

/**
 * The releases of Belay on this host: `releases/VERSION` beside each other, none of them ever changed, and `current`, a
 * link that says which one runs. Changing over is one rename.
 */
export class Installation {
  readonly root: string;

  constructor(root: string) {
    this.root = resolve(root);
  }

  /** The one that a program belongs to; null where it was not installed. */
  static of(program: string): Installation | null {
    const root = rootOf(program);
    return root === null ? null : new Installation(root);
  }

  programOf = (version: string): string => programIn(this.root, version);
  current = (): string | null => currentIn(this.root);

  /** Newest first by when they were installed. */
  async releases(): Promise<InstalledCli[]> {
    const current = this.current();
    const names = existsSync(join(this.root, RELEASES)) ? readdirSync(join(this.root, RELEASES)) : [];
    const found = await Promise.all(
      names
        .filter((name) => !name.startsWith('.'))
        .map(async (name) => {
          const directory = join(this.root, RELEASES, name);
          const described = await describedIn(directory).catch(() => null);
          if (!described) return [];
          return [{ ...described, directory, installedAt: statSync(directory).mtime, isCurrent: name === current }];
        }),
    );
    return found.flat().sort((a, b) => b.installedAt.getTime() - a.installedAt.getTime());
  }

  /**
   * Brings a package here beside the others, verified to its last byte and flushed. Where this release is here already, it
   * is only verified. `refused` where it is not sound, or is of another version than asked.
   */
  async add(source: string, version?: string): Promise<CliPackage> {
    const releases = join(this.root, RELEASES);
    await mkdir(releases, { recursive: true, mode: 0o755 });
    await this.#clear(releases);
    const incoming = await mkdtemp(join(releases, INCOMING));
    try {
      await bringPackage(source, incoming);
      const described = await verifyPackage(incoming);
      if (version !== undefined && described.version !== version) {
        throw new BelayError('refused', `${source} is Belay ${described.version}, not ${version}.`, {
          hint: `Type: update cli ${described.version} from ${source}`,
        });
      }
      const directory = join(releases, described.version);
      if (existsSync(directory)) {
        await verifyPackage(directory);
        return described;
      }
      await chmod(incoming, 0o755);
      await flushTree(incoming);
      await rename(incoming, directory);
      await flush(releases);
      return described;
    } finally {
      await rm(incoming, { recursive: true, force: true });
    }
  }

  /** Verifies one that is here. `not-found` where it is not. */
  async verify(version: string): Promise<CliPackage> {
    const directory = join(this.root, RELEASES, version);
    if (!existsSync(directory)) {
      throw new BelayError('not-found', `Belay ${version} is not installed here.`, {
        hint: `Bring its package: update cli ${version} from FILE. What is here: show cli releases`,
      });
    }
    return verifyPackage(directory);
  }

  /** The next start runs this version. */
  async switchTo(version: string): Promise<void> {
    const next = join(this.root, `.${CURRENT}-${process.pid}`);
    await rm(next, { force: true });
    await symlink(join(RELEASES, version), next);
    await rename(next, join(this.root, CURRENT));
    await flush(this.root);
  }

  /** Oldest first. */
  changes(): CliChange[] {
    try {
      return JSON.parse(readFileSync(join(this.root, CHANGES), 'utf8')) as CliChange[];
    } catch {
      return [];
    }
  }

  /** Adds a change, or says how the last one ended. */
  async note(change: CliChange): Promise<void> {
    const before = this.changes();
    const isEnd = before.at(-1)?.at === change.at;
    const all = [...(isEnd ? before.slice(0, -1) : before), change].slice(-REMEMBERED_CHANGES);
    const unfinished = join(this.root, `.${CHANGES}`);
    await writeFile(unfinished, `${JSON.stringify(all, null, 2)}\n`, { mode: 0o644, flush: true });
    await rename(unfinished, join(this.root, CHANGES));
    await flush(this.root);
  }

  /** What ran before the current one and is still here: where `rollback cli` goes. */
  async previous(): Promise<string | null> {
    const current = this.current();
    const here = new Set((await this.releases()).map(({ version }) => version));
    // A rollback is gone back from by name only: without one it goes to what was before the release that it came to.
    const path: string[] = [];
    for (const { from, to, outcome } of this.changes()) {
      if (outcome === 'went-back') continue;
      if (path.length === 0 && from !== null) path.push(from);
      const known = path.indexOf(to);
      if (known >= 0) path.length = known + 1;
      else path.push(to);
    }
    return path.slice(0, path.indexOf(current ?? '')).findLast((version) => here.has(version)) ?? null;
  }

  /** What a daemon that was killed has left. */
  async #clear(releases: string): Promise<void> {
    for (const name of await readdir(releases)) {
      if (name.startsWith(INCOMING)) await rm(join(releases, name), { recursive: true, force: true });
    }
  }
}

async function flushTree(directory: string): Promise<void> {
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    await flush(join(entry.parentPath, entry.name));
  }
  await flush(directory);
}

async function flush(path: string): Promise<void> {
  if (lstatSync(path).isSymbolicLink()) return;
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

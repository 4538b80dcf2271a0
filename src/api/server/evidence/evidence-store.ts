import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Operation } from '../../../domain/operation.ts';
import type { World } from '../../../domain/ports/world.ts';
import { containerFiles } from './both-sides.ts';
import type { TarFile } from './tar.ts';

const KEPT_OPERATIONS = 10;

/**
 * What is left of operations that went back: log and inspect answer of both sides, kept before the failed
 * containers are removed. The last ten operations have a directory each, `HOME/evidence/OXXXXXXXXXX`.
 */
export class EvidenceStore {
  readonly #directory: string;

  constructor(home: string) {
    this.#directory = join(home, 'evidence');
  }

  /** Never rejects for want of evidence: an operation goes back whether or not there is any. */
  async keep(world: Pick<World, 'journal' | 'host'>, operation: Operation): Promise<void> {
    const [to, from] = [operation.to, operation.from].map((id) => world.journal.release(id));
    const files = await Promise.all([
      to ? containerFiles(world, to, 'new') : [],
      from ? containerFiles(world, from, 'old') : [],
    ]);
    // Without a container of the new release nothing is going to be lost.
    if (!files[0]?.length) return;
    const directory = join(this.#directory, operation.id);
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    for (const { name, content } of files.flat()) {
      writeFileSync(join(directory, name.replace('/', '-')), content, { mode: 0o600 });
    }
    this.#removeOldest();
  }

  /** As it was kept: `evidence/OXXXXXXXXXX/new-server.log`. */
  files(): TarFile[] {
    return this.#operations().flatMap((directory) =>
      readdirSync(directory).map((name) => ({
        name: `evidence/${basename(directory)}/${name}`,
        content: readFileSync(join(directory, name)),
      })),
    );
  }

  /** Newest first. */
  #operations(): string[] {
    try {
      return readdirSync(this.#directory)
        .filter((name) => /^O[A-Z]{10}$/.test(name))
        .map((name) => join(this.#directory, name))
        .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
    } catch {
      return [];
    }
  }

  #removeOldest(): void {
    for (const directory of this.#operations().slice(KEPT_OPERATIONS)) rmSync(directory, { recursive: true });
  }
}

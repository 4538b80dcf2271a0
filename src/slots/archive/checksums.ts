import { createHash, type Hash } from 'node:crypto';
import type { TarEntry } from './tar-entry.ts';

/**
 * A line as `sha256sum` writes and checks it. The sum of a sparse file is that of its parts, which
 * `sha256sum` does not know: it reads such a line as a comment.
 */
export function checksumLine(entry: TarEntry, name: string, sha256: string): string {
  const isOdd = /[\n\r\\]/.test(name);
  const shown = isOdd ? name.replace(/\\/g, '\\\\').replace(/\n/g, '\\n').replace(/\r/g, '\\r') : name;
  return `${entry.sparse ? '# sparse ' : ''}${isOdd ? '\\' : ''}${sha256}  ${shown}\n`;
}

/**
 * Everything that an archive says, as one number: what describes each member, and what each member holds.
 * Written as its last member, it tells that none is missing, added, changed or another archive's.
 */
export class Seal {
  readonly #hash: Hash = createHash('sha256');

  add(header: Buffer, sha256: string | null): void {
    this.#hash.update(header);
    if (sha256 !== null) this.#hash.update(sha256);
  }

  value(): string {
    return this.#hash.digest('hex');
  }
}

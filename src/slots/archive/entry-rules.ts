import { printableName, type TarEntry, unwanted } from './tar-entry.ts';

export interface RuleOptions {
  /**
   * `own`: made here, and its checksum is in the journal, so that whatever the data had may come back.
   * `outside`: anybody may have made it.
   */
  origin: 'own' | 'outside';
  /** What all of its members may take up together, once unpacked. */
  quotaBytes: number;
}

const MAX_NAME_BYTES = 4096;
const MAX_PART_BYTES = 255;
const MAX_ENTRIES = 10_000_000;
/** A member without content takes space, too. */
const ENTRY_BYTES = 512;

/**
 * A name without `.` and doubled slashes; '' for the tree itself. Refused where it would leave the tree:
 * an absolute name, or one with `..` in it.
 */
function cleanName(name: string): string {
  if (name.startsWith('/')) throw unwanted(`${printableName(name)} is an absolute name`);
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) throw unwanted(`${printableName(name)} leads out of it`);
  if (name.includes('\0')) throw unwanted('a name in it has a NUL byte');
  if (name.length > MAX_NAME_BYTES || parts.some((part) => part.length > MAX_PART_BYTES)) {
    throw unwanted(`the name ${printableName(name.slice(0, 60))}… is too long`);
  }
  return parts.join('/');
}

const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

/** Judges the members of an archive, one after the other, before anything of them is written anywhere. */
export class EntryRules {
  readonly #options: RuleOptions;
  /** What every name is that has been met, so that none is met twice or written through. */
  readonly #kinds = new Map<string, TarEntry['kind'] | 'implied'>();
  #sizeBytes = 0;
  #entries = 0;

  constructor(options: RuleOptions) {
    this.#options = options;
  }

  /** The member with clean names. Refused, with the name, where it may not be unpacked. */
  admit(entry: TarEntry): TarEntry {
    const name = cleanName(entry.name);
    const shown = printableName(name) || '.';
    this.#count(entry);
    const problem = this.#options.origin === 'outside' ? unwelcome(entry, shown) : null;
    if (problem !== null) throw unwanted(problem);
    this.#refuseThrough(name, shown);
    const known = this.#kinds.get(name);
    if (known !== undefined && !(known === 'implied' && entry.kind === 'directory')) {
      throw unwanted(`${shown} is in it more than once`);
    }
    if (name === '' && entry.kind !== 'directory') throw unwanted(`its root is a ${entry.kind}`);
    this.#kinds.set(name, entry.kind);
    if (entry.kind === 'symlink') {
      if (entry.linkName === '' || entry.linkName.includes('\0') || entry.linkName.length > MAX_NAME_BYTES) {
        throw unwanted(`${shown} is a symbolic link to nowhere`);
      }
      return { ...entry, name };
    }
    if (entry.kind !== 'hard link') return { ...entry, name };
    const linkName = cleanName(entry.linkName);
    const target = this.#kinds.get(linkName);
    // To a member that came before it: to nothing outside, and to no link that leads there.
    const isFitting =
      target === 'file' || (this.#options.origin === 'own' && target !== undefined && target !== 'directory');
    if (!isFitting || target === 'implied') {
      throw unwanted(`${shown} is a hard link to ${printableName(entry.linkName)}, which is no file in it`);
    }
    return { ...entry, name, linkName };
  }

  #count(entry: TarEntry): void {
    this.#entries++;
    this.#sizeBytes += entry.sizeBytes + ENTRY_BYTES;
    if (this.#entries > MAX_ENTRIES) throw unwanted(`it has more than ${MAX_ENTRIES.toLocaleString('en-US')} members`);
    if (this.#sizeBytes > this.#options.quotaBytes) {
      const limit = Math.floor(this.#options.quotaBytes / (1 << 20)).toLocaleString('en-US');
      throw unwanted(`it would unpack to more than the ${limit} MiB that are free`);
    }
  }

  /** Every directory on the way must be a directory of the archive's own; a link there leads elsewhere. */
  #refuseThrough(name: string, shown: string): void {
    for (let parent = parentOf(name); parent !== ''; parent = parentOf(parent)) {
      const kind = this.#kinds.get(parent);
      if (kind === 'directory' || kind === 'implied') return;
      if (kind !== undefined) throw unwanted(`${shown} lies below ${printableName(parent)}, which is a ${kind}`);
      this.#kinds.set(parent, 'implied');
    }
  }
}

/** Why a member would be refused of an archive from outside; null where it would not. */
export function unwelcome(entry: TarEntry, shown: string): string | null {
  if (/[\x00-\x1f\x7f]/.test(entry.name + entry.linkName)) return `the name ${shown} has control characters`;
  if (entry.kind === 'FIFO' || entry.kind.endsWith('device')) return `${shown} is a ${entry.kind}`;
  if ((entry.kind === 'file' || entry.kind === 'hard link') && (entry.mode & 0o6000) !== 0) {
    return `${shown} is a ${(entry.mode & 0o4000) !== 0 ? 'setuid' : 'setgid'} file`;
  }
  const attribute = entry.attributes.find(([key]) => /^SCHILY\.xattr\.(security\.capability|trusted\.)/.test(key));
  return attribute ? `${shown} has the attribute ${printableName(attribute[0].slice('SCHILY.xattr.'.length))}` : null;
}

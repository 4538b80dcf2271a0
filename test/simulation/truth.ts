import { type Directory, textsOf } from './disk.ts';

/** What a file may hold; null where it may be absent. One thing, but for a write that was not yet acknowledged. */
type Allowed = Set<string | null>;

/**
 * What the appliance has been told is written, by directory. Whatever Belay, the engine or a power cut do, a
 * directory that somebody starts on holds just that.
 */
export class Truth {
  readonly #byInode = new Map<number, { directory: Directory; files: Map<string, Allowed> }>();
  readonly #violate: (what: string) => void;
  /** Directories that somebody has tampered with by hand: nothing is promised about them. */
  readonly #tampered = new Set<number>();

  constructor(violate: (what: string) => void) {
    this.#violate = violate;
  }

  tamperedWith(directory: Directory): void {
    this.#tampered.add(directory.inode);
  }

  knows(directory: Directory): boolean {
    return this.#byInode.has(directory.inode);
  }

  /** Somebody starts on data that the appliance has never written to: it must be `source` as it is now, or new. */
  beginsAs(directory: Directory, source: Directory | null, who: string): void {
    // What was taken away by hand has been made anew, empty.
    if (this.#tampered.has(directory.inode)) {
      this.#remember(directory);
      return;
    }
    const texts = textsOf(directory);
    if (source && !this.#tampered.has(source.inode)) {
      this.verify(source, `the source of ${who}`);
      const expected = textsOf(source);
      for (const name of new Set([...texts.keys(), ...expected.keys()])) {
        if (texts.get(name) === expected.get(name)) continue;
        this.#violate(
          `${who} starts on ${shown(texts.get(name))} in ${name}, and its source has ${shown(expected.get(name))}`,
        );
        return;
      }
    } else if (!source && texts.size > 0) this.#violate(`${who} starts on data of unknown origin`);
    this.#remember(directory);
  }

  /** A write that is under way or, acknowledged, done. */
  writes(directory: Directory, name: string, text: string | null, isAcknowledged: boolean): void {
    const files = this.#byInode.get(directory.inode)?.files;
    if (!files) return;
    if (isAcknowledged) files.set(name, new Set([text]));
    else files.set(name, (files.get(name) ?? new Set([null])).add(text));
  }

  /** True where the directory holds what the appliance has been told; says what it does not otherwise. */
  verify(directory: Directory, who: string): boolean {
    const known = this.#byInode.get(directory.inode);
    if (!known || this.#tampered.has(directory.inode)) return true;
    const texts = textsOf(directory);
    for (const name of new Set([...known.files.keys(), ...texts.keys()])) {
      const text = texts.get(name) ?? null;
      const allowed = known.files.get(name) ?? new Set([null]);
      if (allowed.has(text)) continue;
      this.#violate(`${who}: ${name} holds ${shown(text)}, acknowledged was ${[...allowed].map(shown).join(' or ')}`);
      return false;
    }
    return true;
  }

  /** Somebody starts on data that is known: what was uncertain is now what it is. */
  continues(directory: Directory, who: string): void {
    if (!this.verify(directory, who)) return;
    const uncertain = this.#byInode.get(directory.inode)?.files;
    this.#remember(directory);
    // Read back, and still not on the disk: a power cut may bring back what was there before.
    for (const [name, allowed] of uncertain ?? []) {
      const entry = directory.entries.get(name);
      const isFlushed = entry?.kind === 'file' && entry.durable === entry.text;
      if (allowed.size > 1 && !isFlushed) this.#byInode.get(directory.inode)?.files.set(name, allowed);
    }
  }

  #remember(directory: Directory): void {
    const files = new Map([...textsOf(directory)].map(([name, text]) => [name, new Set<string | null>([text])]));
    this.#byInode.set(directory.inode, { directory, files });
  }
}

const shown = (text: string | null | undefined): string =>
  text === null || text === undefined ? 'nothing' : `"${text}"`;

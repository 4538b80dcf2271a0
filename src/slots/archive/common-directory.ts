import type { TarEntry } from './tar-entry.ts';

const parentOf = (name: string): string => name.slice(0, Math.max(0, name.lastIndexOf('/')));
const isAt = (name: string, directory: string): boolean =>
  directory === '' || name === directory || name.startsWith(`${directory}/`);

function common(a: string, b: string): string {
  let directory = a;
  while (!isAt(b, directory)) directory = parentOf(directory);
  return directory;
}

/**
 * The deepest directory that everything in a plain tarball lies in: `var/lib/mysql` where it was made with
 * `tar cf … /var/lib/mysql`, '' where it was made inside of the directory.
 */
export class CommonDirectory {
  #directory: string | null = null;
  /** Directories that have led down to the first file. */
  #chain: string | null = null;

  add({ name, kind }: TarEntry): void {
    if (name === '') {
      this.#directory = '';
    } else if (kind !== 'directory') {
      this.#meet(parentOf(name));
      if (this.#chain !== null && !isAt(this.#directory as string, this.#chain)) this.#meet(this.#chain);
      this.#chain = null;
    } else if (this.#directory !== null) {
      if (!isAt(this.#directory, name)) this.#meet(name);
    } else if (this.#chain === null || isAt(name, this.#chain)) {
      this.#chain = name;
    } else if (!isAt(this.#chain, name)) {
      this.#directory = common(this.#chain, name);
    }
  }

  get value(): string {
    return this.#directory ?? this.#chain ?? '';
  }

  #meet(directory: string): void {
    this.#directory = this.#directory === null ? directory : common(this.#directory, directory);
  }
}

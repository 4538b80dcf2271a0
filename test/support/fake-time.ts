import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const LIBRARIES = '/usr/lib';

/** Where libfaketime is (Debian package `faketime`); null where it is not. */
export function findFakeTime(): string | null {
  if (!existsSync(LIBRARIES)) return null;
  const paths = readdirSync(LIBRARIES).map((name) => join(LIBRARIES, name, 'faketime/libfaketimeMT.so.1'));
  return paths.find((path) => existsSync(path)) ?? null;
}

/** A wall clock for one process that can be set while it runs. Its monotonic clock goes on, as a real one does. */
export class FakeTime {
  readonly #file: string;
  readonly env: Record<string, string>;

  constructor(library: string, directory: string) {
    this.#file = join(directory, 'clock');
    this.env = {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: this.#file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      DONT_FAKE_MONOTONIC: '1',
      // The times of files are the kernel's.
      NO_FAKE_STAT: '1',
    };
    this.set('+0');
  }

  /** Against the real time: `-2h`, `+10y`. */
  set(offset: string): void {
    writeFileSync(this.#file, `${offset}\n`);
  }
}

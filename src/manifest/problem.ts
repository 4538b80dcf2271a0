/** Where something in a manifest is wrong: lines and columns are counted from 1. */
export interface Problem {
  line: number;
  column: number;
  /** One sentence. */
  message: string;
}

export type Path = readonly (string | number)[];

/** A problem that is known by what it is about, before it is known where that stands. */
export interface Finding {
  path: Path;
  /** `key`: the last name of the path itself; `value`: what stands behind it. */
  at: 'key' | 'value';
  message: string;
}

/** A path as people write it: `services.db.ports[1]`. */
export const spelt = (path: Path): string =>
  path.map((part, index) => (typeof part === 'number' ? `[${part}]` : index > 0 ? `.${part}` : part)).join('');

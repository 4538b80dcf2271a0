/** How a vendor's product tells that a killed server has left a lock behind, and what is to be done then. */
export interface StaleLockRule {
  /** The service that stumbles over it; null for the controller. */
  service: string | null;
  /** Either: a path inside of the container, with `*` and `?` within a name. */
  file: string | null;
  /** Or: what a line of its log says, with `*` for anything between. */
  log: string | null;
  remedy: string;
  /** What to type; never run by Belay. */
  command: string[] | null;
}

/** One that was found where a server did not start. */
export interface StaleLock {
  service: string;
  /** Where it was found, in one sentence. */
  found: string;
  remedy: string;
  command: string | null;
}

/** Whether a text holds the pieces of a pattern in their order; `*` stands for anything. In linear time. */
export function saysPattern(text: string, pattern: string): boolean {
  let from = 0;
  for (const piece of pattern.split('*')) {
    const at = text.indexOf(piece, from);
    if (at < 0) return false;
    from = at + piece.length;
  }
  return true;
}

/** Whether a file's name fits a pattern of `*` and `?`. */
export function fitsName(name: string, pattern: string): boolean {
  let [at, piece, star, retry] = [0, 0, -1, 0];
  while (at < name.length) {
    if (pattern[piece] === '*') [star, retry] = [piece++, at];
    else if (piece < pattern.length && (pattern[piece] === '?' || pattern[piece] === name[at]))
      [at, piece] = [at + 1, piece + 1];
    else if (star >= 0) [piece, at] = [star + 1, ++retry];
    else return false;
  }
  return /^\**$/.test(pattern.slice(piece));
}

/** What is typed, in one line. */
export const commandLine = (words: readonly string[]): string =>
  words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ');

/** The remedy with what to type for it, in words. */
export const remedyOf = ({ remedy, command }: StaleLock): string =>
  command === null ? remedy : `${remedy} To type: ${command}`;

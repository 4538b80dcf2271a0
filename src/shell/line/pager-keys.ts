/** What a key does to a page, by what the terminal sends for it. */

export const LEAVE = new Set(['q', 'Q', '\x03', '\x04']);
export const FORWARD = new Set([' ', 'f', '\x06', '\x1b[6~']);
export const BACK = new Set(['b', '\x02', '\x1b[5~']);
export const DOWN = new Set(['\r', '\n', 'j', '\x1b[B', '\x1bOB']);
export const UP = new Set(['k', 'y', '\x1b[A', '\x1bOA']);
export const TOP = new Set(['g', '<', '\x1b[H', '\x1b[1~', '\x1bOH']);
export const BOTTOM = new Set(['G', '>', '\x1b[F', '\x1b[4~', '\x1bOF']);
export const SEARCH = new Set(['/', 'n', 'N']);

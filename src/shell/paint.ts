/** Colours by what they mean. Off, every one of them returns its text unchanged. */
export interface Paint {
  strong(text: string): string;
  faint(text: string): string;
  good(text: string): string;
  bad(text: string): string;
  warn(text: string): string;
  accent(text: string): string;
  chosen(text: string): string;
}

const code =
  (open: number, close: number) =>
  (text: string): string =>
    text === '' ? '' : `\x1b[${open}m${text}\x1b[${close}m`;

const colours: Paint = {
  strong: code(1, 22),
  faint: code(2, 22),
  good: code(32, 39),
  bad: code(31, 39),
  warn: code(33, 39),
  accent: code(36, 39),
  chosen: code(7, 27),
};

const unchanged = (text: string): string => text;
const plain: Paint = {
  strong: unchanged,
  faint: unchanged,
  good: unchanged,
  bad: unchanged,
  warn: unchanged,
  accent: unchanged,
  chosen: unchanged,
};

export const createPaint = (coloured: boolean): Paint => (coloured ? colours : plain);

/** Colour only on a terminal that can show it, and never where `NO_COLOR` is set (no-color.org). */
export function wantsColour(isTerminal: boolean, environment: NodeJS.ProcessEnv): boolean {
  return isTerminal && !environment['NO_COLOR'] && environment['TERM'] !== 'dumb';
}

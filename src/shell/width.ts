// East Asian wide and full-width blocks (Unicode TR 11), first and last code point of each.
const WIDE_BLOCKS: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xa000, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1f64f],
  [0x1f680, 0x1f6ff],
  [0x1f900, 0x1f9ff],
  [0x20000, 0x3fffd],
];

const COLOURS = /\x1b\[[0-9;]*m/g;
/** A colour, or a character that can be seen. */
const CHARACTERS = /\x1b\[[0-9;]*m|[\s\S]/gu;

function characterWidth(character: string): number {
  if (/^[\p{M}\p{Cf}\p{Cc}]/u.test(character)) return 0;
  const code = character.codePointAt(0) ?? 0;
  if (/^\p{Emoji_Presentation}/u.test(character)) return 2;
  return WIDE_BLOCKS.some(([first, last]) => code >= first && code <= last) ? 2 : 1;
}

/** How many columns a text takes on the terminal; colours take none. */
export function widthOf(text: string): number {
  const plain = text.replace(COLOURS, '');
  if (/^[\x20-\x7e]*$/.test(plain)) return plain.length;
  let columns = 0;
  for (const character of plain) columns += characterWidth(character);
  return columns;
}

/** Shortens a text without colours to at most `columns`, with an ellipsis where something is missing. */
export function cut(text: string, columns: number): string {
  if (columns <= 0) return '';
  if (widthOf(text) <= columns) return text;
  let kept = '';
  let used = 0;
  for (const character of text) {
    const width = characterWidth(character);
    if (used + width > columns - 1) break;
    kept += character;
    used += width;
  }
  return `${kept.trimEnd()}…`;
}

/** As `cut`, and what is missing is the beginning. */
export function cutStart(text: string, columns: number): string {
  if (columns <= 0) return '';
  if (widthOf(text) <= columns) return text;
  let kept = '';
  let used = 0;
  for (const character of [...text].reverse()) {
    const width = characterWidth(character);
    if (used + width > columns - 1) break;
    kept = character + kept;
    used += width;
  }
  return `…${kept.trimStart()}`;
}

/** Fills a text with spaces up to `columns`. */
export function pad(text: string, columns: number, align: 'left' | 'right' = 'left'): string {
  const spaces = ' '.repeat(Math.max(0, columns - widthOf(text)));
  return align === 'left' ? text + spaces : spaces + text;
}

/** Breaks a sentence without colours at spaces so that no line, indented as wished, is wider than `columns`. */
export function wrap(text: string, columns: number, indent = 0): string[] {
  return broken(text, Math.max(8, columns - indent)).map((line) => ' '.repeat(indent) + line);
}

function broken(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const joined = line === '' ? word : `${line} ${word}`;
    if (widthOf(joined) <= columns || line === '') {
      line = joined;
    } else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line].flatMap((each) => (widthOf(each) <= columns ? [each] : hardBreak(each, columns)));
}

function hardBreak(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const [character] of text.matchAll(CHARACTERS)) {
    if (line !== '' && widthOf(line + character) > columns) {
      lines.push(line);
      line = '';
    }
    line += character;
  }
  return line === '' ? lines : [...lines, line];
}

/** Breaks the lines that are too wide at spaces, each part as far in as its line was. */
export function fitted(lines: readonly string[], columns: number): string[] {
  return lines.flatMap((line) => {
    if (widthOf(line) <= columns) return [line];
    const indent = /^ */.exec(line)?.[0].length ?? 0;
    return wrap(line.slice(indent), columns, Math.min(indent, Math.floor(columns / 2)));
  });
}

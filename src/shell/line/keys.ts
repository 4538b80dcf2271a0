/** Splits what a terminal sends into units that must not be cut: quoted keys, escape sequences, keys that end a feed. */
const UNIT = /\x16.|\x1b\[[0-?]*[ -/]*[@-~]|\x1bO.|\x1b[^\r\n]|\r\n?|\n|[\t?]|[^\x16\x1b\r\n\t?]+|./suy;

const PASTE_BEGINS = '\x1b[200~';
const PASTE_ENDS = '\x1b[201~';
const CTRL_C = '\x03';
/**
 * The Escape key alone, as terminals with unambiguous keys send it: readline would wait half a second for the rest of
 * a bare one, and make an Alt of the letter that is typed behind it.
 */
export const ESCAPE = '\x1b[27u';
/** Ctrl-Z, one-byte control sequences, and what turns the direction of writing: never in a line. */
const NEVER_TYPED = /[\x1a\x80-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** After one of these the prompt has something to do that may take time: the next keys wait for it. */
export const endsFeed = (unit: string): boolean => /^(?:\r\n?|\n|[\t?])$/.test(unit);

export function splitUnits(text: string): string[] {
  UNIT.lastIndex = 0;
  const units: string[] = [];
  for (let match = UNIT.exec(text); match !== null; match = UNIT.exec(text)) units.push(match[0]);
  return units;
}

/**
 * Follows bracketed pastes through the pieces in which a terminal sends them. What is pasted becomes
 * keys that only insert: line breaks are Enter, `?` is quoted with Ctrl-V, a tab is a space, and other
 * control characters are gone. Ctrl-Z is dropped everywhere; Ctrl-C is reported apart.
 */
export class KeyReader {
  private rest = '';
  private pasting = false;

  /** The keys of this piece, in order; a lone Ctrl-C stands by itself. */
  read(piece: string): string[] {
    let text = this.rest + piece;
    this.rest = '';
    const keys: string[] = [];
    while (text !== '') {
      const mark = this.pasting ? PASTE_ENDS : PASTE_BEGINS;
      const at = text.indexOf(mark);
      if (at < 0) {
        const held = heldBack(text, mark);
        this.rest = text.slice(text.length - held);
        this.push(keys, text.slice(0, text.length - held));
        break;
      }
      this.push(keys, text.slice(0, at));
      this.pasting = !this.pasting;
      text = text.slice(at + mark.length);
    }
    return keys;
  }

  /** What looked like the beginning of a paste and was not. */
  flush(): string[] {
    const keys: string[] = [];
    this.push(keys, this.rest === '\x1b' && !this.pasting ? ESCAPE : this.rest);
    this.rest = '';
    return keys;
  }

  get isHolding(): boolean {
    return this.rest !== '';
  }

  private push(keys: string[], raw: string): void {
    const text = raw.replace(NEVER_TYPED, '');
    if (text === '') return;
    if (this.pasting) {
      keys.push(asTyped(text));
      return;
    }
    for (const part of text.split(/(\x03)/)) if (part !== '') keys.push(part);
  }
}

export const isInterrupt = (key: string): boolean => key === CTRL_C;

/** How many characters at the end may be the beginning of the mark. */
function heldBack(text: string, mark: string): number {
  for (let length = Math.min(mark.length - 1, text.length); length > 0; length--) {
    if (text.endsWith(mark.slice(0, length))) return length;
  }
  return 0;
}

function asTyped(pasted: string): string {
  return pasted
    .replace(/\r\n?|\n/g, '\r')
    .replaceAll('\t', ' ')
    .replace(/[\x00-\x0c\x0e-\x1f\x7f-\x9f]/g, '')
    .replaceAll('?', '\x16?');
}

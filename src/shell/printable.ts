/** Longer than any honest name, line or sentence; a hostile one does not get to fill the screen. */
const MAX_CHARACTERS = 8192;

// Control strings (DCS, SOS, OSC, PM, APC) run to their terminator, or to the end of the text where it is missing.
const CONTROL_STRING = /(?:\x1b[PX\]^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c|$)?/g;
const CONTROL_SEQUENCE = /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?/g;
const SHORT_ESCAPE = /\x1b[ -/]*[0-~]?/g;
const BLANKS = /[\t\n\v\f\r\u0085\u2028\u2029]/g;
const OTHERS = /[^\p{L}\p{M}\p{N}\p{P}\p{S}\p{Zs}]/gu;
const STACKED_MARKS = /(\p{M}{4})\p{M}+/gu;

/**
 * Reduces a text that came from outside to one line of characters that can be seen: letters, marks,
 * numbers, punctuation, symbols and spaces. Escape sequences go as a whole, line breaks and tabs
 * become a space, everything else (backspace, bidi overrides, zero-width, lone surrogates) is dropped.
 */
export function printable(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text) && text.length <= MAX_CHARACTERS) return text;
  const whole = text.length > MAX_CHARACTERS ? `${text.slice(0, MAX_CHARACTERS)}…` : text;
  return whole
    .replace(CONTROL_STRING, '')
    .replace(CONTROL_SEQUENCE, '')
    .replace(SHORT_ESCAPE, '')
    .replace(BLANKS, ' ')
    .replace(OTHERS, '')
    .replace(STACKED_MARKS, '$1');
}

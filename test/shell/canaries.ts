/** Texts as a hostile label, log or file name may hold them; each would be seen in what reaches the terminal. */
export const CANARIES: readonly string[] = [
  '\x1b]0;CANARY\x07', // OSC: the title
  '\x1b]52;c;Q0FOQVJZ\x07', // OSC: the clipboard
  '\x1b[6666C', // CSI
  '\x9b7777C', // CSI, one byte
  '\x1bPCANARY\x1b\\', // DCS
  '\x1b_CANARY\x1b\\', // APC
  '\x1b^CANARY\x1b\\', // PM
  '\x9dCANARY\x9c', // OSC, one byte
  '\x1bc', // reset
  '\x1b(0', // another character set
  '\rCANARY',
  '\bCANARY\b\b\b',
  '\x0e\x0f', // shift out, shift in
  '\u202eCANARY', // bidi override
  '\u2066CANARY\u2069', // bidi isolate
  '\u200f\u061c', // bidi marks
  '\x7f\x00\x05',
];

const NEVER =
  /\x1b\][^\x07]*CANARY|\x1b\]52|Q0FOQVJZ\x07|\x1b\[6666C|[\x80-\x9f]|\x1b[P_^]|\x1bc|\x1b\(0|\rCANARY|[\x08\x0e\x0f\x00\x05\x7f]|[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]/;

/** The first of what came from outside and reached the terminal as it was; null where nothing did. */
export function passedThrough(written: string): string | null {
  const found = NEVER.exec(written);
  return found ? written.slice(Math.max(0, found.index - 20), found.index + 20) : null;
}

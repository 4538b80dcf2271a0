/** A small generator of numbers that a seed repeats (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export type Input = { kind: 'keys'; keys: string } | { kind: 'resize'; columns: number; rows: number };

const WORDS =
  'show releases system versions upgrade status watch log follow help rollback terminal length 0 5 | include a count json yaml'.split(
    ' ',
  );
const SPECIAL = [
  '\t',
  '\t\t',
  '?',
  '\r',
  '\x03',
  '\x12',
  '\x16',
  '\x1b',
  '\x15',
  '\x17',
  '\x01',
  '\x05',
  '\x0b',
  '\x0c',
  '\x7f',
];
const SEQUENCES = [
  '[A',
  '[B',
  '[C',
  '[D',
  '[H',
  '[F',
  '[5~',
  '[6~',
  '[3~',
  'b',
  'f',
  '[1;5C',
  '[200~',
  '[201~',
  ']0;x\x07',
  'P1$q\x1b\\',
];
const ODD = [
  '日本',
  'é',
  '👍🏽',
  '\u202e',
  '\u200d',
  '"',
  "'",
  '\\',
  '|',
  '/',
  'n',
  'q',
  'G',
  '\0',
  '\x1a',
  '\x9b31m',
  '\ufffd',
  '  ',
];

/** What a hand, a cat or a program might send next. */
export function nextInput(random: () => number): Input {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const kind = random();
  if (kind < 0.02) {
    return { kind: 'resize', columns: 40 + Math.floor(random() * 261), rows: 4 + Math.floor(random() * 50) };
  }
  if (kind < 0.4) return { kind: 'keys', keys: `${pick(WORDS)}${random() < 0.7 ? ' ' : ''}` };
  if (kind < 0.65) return { kind: 'keys', keys: pick(SPECIAL) };
  if (kind < 0.8) return { kind: 'keys', keys: `\x1b${pick(SEQUENCES)}` };
  if (kind < 0.93) return { kind: 'keys', keys: pick(ODD) };
  if (kind < 0.97) return { kind: 'keys', keys: String.fromCharCode(Math.floor(random() * 256)) };
  const pasted = Array.from({ length: 1 + Math.floor(random() * 5) }, () => pick([...WORDS, ...ODD, '\n', '\t', '?']));
  return { kind: 'keys', keys: `\x1b[200~${pasted.join(' ')}\x1b[201~` };
}

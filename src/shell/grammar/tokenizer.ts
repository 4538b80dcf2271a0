export interface Token {
  /** What was meant: without quotes and backslashes. */
  text: string;
  /** Where it begins and ends in the line, in UTF-16 units. */
  start: number;
  end: number;
  /** Quoted or escaped anywhere: then it is a value and never a word or an option. */
  quoted: boolean;
  /** A bar that sends the answer through what follows. */
  isPipe: boolean;
}

export interface Tokens {
  tokens: Token[];
  /** Where the quote begins that is not closed; null where all are. */
  openQuote: number | null;
}

/**
 * Splits a line at blanks. 'Single quotes' keep everything, "double quotes" everything but \" and \\, a
 * backslash keeps the character after it. Nothing is ever expanded, and no character separates commands.
 *
 * A bar is a pipe. Behind the first one it is so only at the end or the beginning of a word, so that
 * `include up|down` needs no quotes.
 */
export function tokenize(line: string): Tokens {
  const tokens: Token[] = [];
  let position = 0;
  while (position < line.length) {
    if (/\s/.test(line[position] as string)) {
      position++;
      continue;
    }
    const piped = tokens.some(({ isPipe }) => isPipe);
    const { token, openQuote } = line[position] === '|' ? pipeAt(position) : readToken(line, position, piped);
    tokens.push(token);
    if (openQuote !== null) return { tokens, openQuote };
    position = token.end;
  }
  return { tokens, openQuote: null };
}

const pipeAt = (start: number): { token: Token; openQuote: null } => ({
  token: { text: '|', start, end: start + 1, quoted: false, isPipe: true },
  openQuote: null,
});

function readToken(line: string, start: number, piped: boolean): { token: Token; openQuote: number | null } {
  let text = '';
  let position = start;
  let quote: { mark: string; at: number } | null = null;
  let quoted = false;
  for (; position < line.length; position++) {
    const character = line[position] as string;
    const next = line[position + 1];
    if (character === '\\' && quote?.mark !== "'" && next !== undefined) {
      const escapes = quote === null || next === '"' || next === '\\';
      text += escapes ? next : character + next;
      quoted = true;
      position++;
    } else if (quote !== null) {
      if (character === quote.mark) quote = null;
      else text += character;
    } else if (character === '"' || character === "'") {
      quote = { mark: character, at: position };
      quoted = true;
    } else if (/\s/.test(character) || (character === '|' && (!piped || !/\S/.test(next ?? ' ')))) {
      break;
    } else {
      text += character;
    }
  }
  return { token: { text, start, end: position, quoted, isPipe: false }, openQuote: quote?.at ?? null };
}

/** Writes a text so that `tokenize` reads it back as one token. */
export function quote(text: string): string {
  if (text !== '' && !/[\s"'\\|]/.test(text)) return text;
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/** Writes arguments as the line that says the same; a bar alone is a pipe. */
export const lineOf = (words: readonly string[]): string =>
  words.map((word) => (word === '|' ? word : quote(word))).join(' ');

export interface Token {
  /** What was meant: without quotes and backslashes. */
  text: string;
  /** Where it begins and ends in the line, in UTF-16 units. */
  start: number;
  end: number;
  /** Quoted or escaped anywhere: then it is a value and never a word or an option. */
  quoted: boolean;
}

export interface Tokens {
  tokens: Token[];
  /** Where the quote begins that is not closed; null where all are. */
  openQuote: number | null;
}

/**
 * Splits a line at blanks. 'Single quotes' keep everything, "double quotes" everything but \" and \\, a
 * backslash keeps the character after it. Nothing is ever expanded, and no character separates commands.
 */
export function tokenize(line: string): Tokens {
  const tokens: Token[] = [];
  let position = 0;
  while (position < line.length) {
    if (/\s/.test(line[position] as string)) {
      position++;
      continue;
    }
    const { token, openQuote } = readToken(line, position);
    tokens.push(token);
    if (openQuote !== null) return { tokens, openQuote };
    position = token.end;
  }
  return { tokens, openQuote: null };
}

function readToken(line: string, start: number): { token: Token; openQuote: number | null } {
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
    } else if (/\s/.test(character)) {
      break;
    } else {
      text += character;
    }
  }
  return { token: { text, start, end: position, quoted }, openQuote: quote?.at ?? null };
}

/** Writes a text so that `tokenize` reads it back as one token. */
export function quote(text: string): string {
  if (text !== '' && !/[\s"'\\]/.test(text)) return text;
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/** Writes arguments as the line that says the same. */
export const lineOf = (words: readonly string[]): string => words.map(quote).join(' ');

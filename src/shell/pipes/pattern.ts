import { ShellError } from '../failure.ts';

const COLOURS = /\x1b\[[0-9;]*m/g;

/** A text without the colours that Belay gave it. */
export const withoutColours = (text: string): string => text.replace(COLOURS, '');

/**
 * Whether a line matches: a regular expression in RE2's syntax, which takes time in proportion to the line whatever
 * it says. Without capital letters it matches both cases. `usage` where it cannot be read.
 */
export async function matcher(expression: string): Promise<(line: string) => boolean> {
  const anyCase = expression === expression.toLowerCase();
  if (/^[\p{L}\p{N} _:;,=@%/"'#&<>~-]+$/u.test(expression)) {
    return (line) => {
      const plain = withoutColours(line);
      return (anyCase ? plain.toLowerCase() : plain).includes(expression);
    };
  }
  const { RE2JS, RE2JSSyntaxException } = await import('re2js');
  try {
    const pattern = RE2JS.compile(expression, anyCase ? RE2JS.CASE_INSENSITIVE : 0);
    return (line) => pattern.matcher(withoutColours(line)).find();
  } catch (thrown) {
    if (!(thrown instanceof RE2JSSyntaxException)) throw thrown;
    throw new ShellError(
      'usage',
      `This is not a regular expression: ${expression}`,
      'Put a backslash before a character that means itself, in quotes: include "2\\.1"',
    );
  }
}

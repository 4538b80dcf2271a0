import { BelayError } from './errors.ts';

/** What somebody has written about a release. The last one counts. */
export interface Note {
  text: string;
  by: string;
  at: Date;
}

const LONGEST = 500;

/** One line without blanks around it; '' where there is to be none. `invalid-input` for anything else. */
export function noteNamed(text: string): string {
  const line = text.trim();
  if (line.length <= LONGEST && !/[\x00-\x1f\x7f-\x9f\u2028\u2029]/.test(line)) return line;
  throw new BelayError('invalid-input', `A note is one line of at most ${LONGEST} characters.`, {
    hint: 'Say it in fewer words; with "" there is no note any more.',
  });
}

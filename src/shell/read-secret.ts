import { ShellError } from './failure.ts';
import type { HiddenLine } from './line/hidden-line.ts';

/** How a value comes in that must not be on a command line. */
export interface SecretSource {
  ask(question: string): Promise<HiddenLine>;
}

const MOST_BYTES = 64 * 1024;

/** What somebody typed without its being shown. Throws where nobody can be asked, or nothing usable came. */
export async function readSecret(source: SecretSource | null, question: string): Promise<string> {
  if (source === null) {
    throw new ShellError(
      'usage',
      'A secret is never on a command line, and there is nobody to ask for it.',
      'Give it on standard input: belay set secret NAME --yes < FILE',
    );
  }
  const answer = await source.ask(question);
  if (answer.outcome === 'interrupted') throw new ShellError('interrupted', 'Interrupted: nothing was changed.');
  if (answer.outcome === 'several') {
    throw new ShellError(
      'refused',
      'More than one line was given, and none of it was used.',
      'A secret of several lines is given on standard input: belay set secret NAME --yes < FILE',
    );
  }
  if (answer.line === '') {
    throw new ShellError(
      'refused',
      'Nothing was given: nothing was changed.',
      'To set a variable no more: unset env NAME',
    );
  }
  return answer.line;
}

/** Everything on standard input, without the line break at its end. */
export const fromStandardInput = (input: AsyncIterable<Buffer | string>): SecretSource => ({
  async ask() {
    const pieces: Buffer[] = [];
    let sizeBytes = 0;
    for await (const piece of input) {
      const bytes = Buffer.from(piece);
      sizeBytes += bytes.length;
      if (sizeBytes > MOST_BYTES) throw new ShellError('refused', 'A secret has at most 32 KiB.');
      pieces.push(bytes);
    }
    return {
      outcome: 'line',
      line: Buffer.concat(pieces)
        .toString('utf8')
        .replace(/\r?\n$/, ''),
    };
  },
});

import { createOutput } from '../shell/output.ts';
import { wrap } from '../shell/width.ts';

const output = createOutput(process, process.env, 'stderr');

/** What the demo itself says, in words that fit the screen. */
export const narrator = {
  /** A heading for what follows. */
  chapter(title: string): void {
    output.lines(['', ...wrap(`── ${title}`, output.width).map(output.paint.strong)]);
  },
  /** A sentence or two. */
  say(text: string): void {
    output.lines(wrap(text, output.width));
  },
  aside(text: string): void {
    output.lines(wrap(text, output.width).map(output.paint.faint));
  },
  /** A command as it stands at the prompt. */
  typed(prompt: string, words: string): void {
    output.lines(['', `${prompt}${output.paint.strong(words)}`]);
  },
  proved(fact: string): void {
    output.lines(wrap(`✔ ${fact}`, output.width).map(output.paint.good));
  },
  failed(reason: string): void {
    output.errors(wrap(`✖ ${reason}`, output.width).map(output.paint.bad));
  },
  /** What was written before is out, also where the output is a pipe: a child may write to it now. */
  flushed(): Promise<void> {
    return new Promise((resolve) => process.stdout.write('', () => resolve()));
  },
};

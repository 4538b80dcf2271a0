import { createPaint } from '../paint.ts';
import { readLine } from './prompt.ts';
import type { Terminal } from './terminal.ts';

const MOST_TRIES = 3;

/** Asks until the answer is a beginning of yes or no. Enter alone and the end of input are no. */
export async function askYesNo(terminal: Terminal, question: string): Promise<'yes' | 'no' | 'interrupted'> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const result = await readLine(terminal, { text: () => question, paint: createPaint(false), assistance: null });
    if (result.outcome === 'interrupted') return 'interrupted';
    const answer = result.outcome === 'line' ? result.line.trim().toLowerCase() : '';
    if (answer === '' || 'no'.startsWith(answer)) return 'no';
    if ('yes'.startsWith(answer)) return 'yes';
    terminal.write('Please type yes or no.\n');
  }
  return 'no';
}

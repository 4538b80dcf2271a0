import { splitUnits } from './keys.ts';
import type { Terminal } from './terminal.ts';

const LONGEST = 32 * 1024;
const ERASE = new Set(['\x7f', '\b']);
const ERASE_ALL = new Set(['\x15', '\x17']);
const END = new Set(['\r', '\n', '\r\n']);

/** `several`: more was typed or pasted behind the line, which is gone, so that no part of it runs as a command. */
export type HiddenLine = { outcome: 'line'; line: string } | { outcome: 'interrupted' } | { outcome: 'several' };

/** Reads a line of which nothing is shown, and which is kept nowhere. The terminal must have been started. */
export async function readHiddenLine(terminal: Terminal, question: string): Promise<HiddenLine> {
  const keys = terminal.openKeys();
  terminal.write(question);
  try {
    return await new Promise<HiddenLine>((resolve) => {
      const typed: string[] = [];
      let isOver = false;
      keys.onInterrupt(() => resolve({ outcome: 'interrupted' }));
      keys.stream.once('end', () => resolve({ outcome: 'interrupted' }));
      keys.stream.on('data', (bytes: Buffer) => {
        for (const unit of splitUnits(bytes.toString('utf8'))) {
          if (isOver) continue;
          if (unit === '\x03' || (unit === '\x04' && typed.length === 0)) resolve({ outcome: 'interrupted' });
          else if (END.has(unit)) {
            isOver = true;
            if (!terminal.hasWaitingKeys) resolve({ outcome: 'line', line: typed.join('') });
          } else press(typed, unit);
        }
        if (isOver && !terminal.hasWaitingKeys) resolve({ outcome: 'several' });
        else keys.next();
      });
    });
  } finally {
    keys.close();
    terminal.write('\n');
  }
}

/** What moves a cursor has no place where nothing is seen. A quoted key, as of a paste, stands for itself. */
function press(typed: string[], unit: string): void {
  if (unit.startsWith('\x1b')) return;
  for (const character of unit) {
    if (ERASE.has(character)) typed.pop();
    else if (ERASE_ALL.has(character)) typed.length = 0;
    else if (character >= ' ' && typed.length < LONGEST) typed.push(character);
  }
}

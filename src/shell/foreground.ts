import type { HiddenLine } from './line/hidden-line.ts';
import { showPages } from './line/pager.ts';
import type { Terminal } from './line/terminal.ts';
import type { Output } from './output.ts';
import type { TerminalSettings } from './terminal-settings.ts';

/** What a session knows of the prompt in front of it. */
export interface Foreground {
  readonly output: Output;
  readonly terminal: Terminal;
  readonly settings: TerminalSettings;
  /** Lines typed before, oldest first. */
  readonly history: readonly string[];
  promptColumns(): number;
  /** Now, whether or not a prompt is open. */
  say(line: string): void;
  /** Above the prompt; while a command runs it waits for `tellNews` or the next prompt. */
  tell(lines: readonly string[]): void;
  tellNews(): void;
  ask(question: string): Promise<'yes' | 'no' | 'interrupted'>;
  /** For a line that is not shown, and kept nowhere. */
  askHidden(question: string): Promise<HiddenLine>;
  redraw(): void;
  /** Where news go while a live view is open; null where none is. */
  setAbove(printAbove: ((lines: readonly string[]) => void) | null): void;
  /** No prompt follows. */
  leave(): void;
}

/** Shows the lines of an answer, page by page where they are more than fit. */
export function showAnswer(lines: readonly string[], { output, settings, terminal }: Foreground): Promise<void> {
  const columns = (): number => terminal.columns;
  return showPages(lines, { terminal, paint: output.paint, length: settings.length, columns });
}

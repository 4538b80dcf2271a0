import { createPrompt, useEffect, useKeypress, useMemo, useState } from '@inquirer/core';
import type { Paint } from '../paint.ts';
import type { Assistance } from './assistance.ts';
import type { Readline } from './edited-line.ts';
import type { Key } from './key.ts';
import { type EditorConfig, LineEditor, type LineResult } from './line-editor.ts';
import { PromptScreen } from './prompt-screen.ts';
import type { Terminal } from './terminal.ts';

export interface LinePrompt {
  /** May change while the line is typed, as the appliance's state does. */
  text: () => string;
  paint: Paint;
  /** Null where there is nothing to complete and no history, as at a question. */
  assistance: Assistance | null;
  /** Is given the ways to reach the prompt while it is open. */
  onOpen?: (open: OpenPrompt) => void;
}

export interface OpenPrompt {
  printAbove(lines: readonly string[]): void;
  redraw(): void;
}

/** Reads one line from the terminal, which must have been started. */
export async function readLine(terminal: Terminal, prompt: LinePrompt): Promise<LineResult> {
  const keys = terminal.openKeys();
  const screen = new PromptScreen(terminal);
  try {
    return await linePrompt({ ...prompt, terminal, screen, keys }, { input: keys.stream, output: screen });
  } finally {
    keys.close();
  }
}

const linePrompt = createPrompt<LineResult, LinePrompt & Omit<EditorConfig, 'redraw' | 'done'>>((config, done) => {
  const [, draw] = useState(0);
  const redraw = (): void => draw((count) => count + 1);
  const editor = useMemo(() => new LineEditor({ ...config, redraw, done }), []);
  useEffect((readline) => {
    const detach = editor.attach(readline as unknown as Readline);
    config.onOpen?.({ printAbove: (lines) => config.screen.printAbove(lines), redraw });
    return detach;
  }, []);
  useKeypress((key) => editor.press(key as Key));
  return editor.draw();
});

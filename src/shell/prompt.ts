import { createPrompt, useEffect, useKeypress, useRef, useState } from '@inquirer/core';
import type { Candidate } from './command.ts';
import { Menu } from './menu.ts';
import type { Paint } from './paint.ts';
import { PromptScreen } from './prompt-screen.ts';
import type { Terminal } from './terminal.ts';

export interface Completion {
  /** The line before the cursor is replaced from here. */
  from: number;
  /** What all candidates have in common. */
  text: string;
  decided: boolean;
  candidates: Candidate[];
  problem: string | null;
}

/** What helps while a line is typed. */
export interface Assistance {
  complete(before: string, signal: AbortSignal): Promise<Completion>;
  /** The lines for `?`. */
  help(before: string, signal: AbortSignal): Promise<string[]>;
  /** Lines typed before, oldest first. */
  history: readonly string[];
}

export interface LinePrompt {
  /** May change while the line is typed, as the appliance's state does. */
  text: () => string;
  paint: Paint;
  assistance: Assistance | null;
  /** Is given the ways to reach the prompt while it is open. */
  onOpen?: (open: OpenPrompt) => void;
}

export interface OpenPrompt {
  printAbove(lines: readonly string[]): void;
  redraw(): void;
}

export type LineResult = { outcome: 'line'; line: string } | { outcome: 'interrupted' } | { outcome: 'end' };

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

interface Key {
  name?: string;
  ctrl?: boolean;
  shift?: boolean;
  meta?: boolean;
  sequence?: string;
}

/** Readline's line and cursor, which inquirer's type does not admit to. */
interface Line {
  line: string;
  cursor: number;
}

type Config = LinePrompt & {
  terminal: Terminal;
  screen: PromptScreen;
  keys: ReturnType<Terminal['openKeys']>;
};

interface Memory {
  /** The line as it was before Enter, which empties readline's. */
  line: string;
  cursor: number;
  quoteNext: boolean;
  /** The last key was a TAB that changed nothing: the next one opens the menu. */
  armed: boolean;
  /** Place in the history, counted from its end; 0 is the line being typed. */
  back: number;
  draft: string;
  /** What waits for the daemon: TAB or `?`. */
  asking: AbortController | null;
  menu: Menu | null;
  over: boolean;
}

const newMemory = (): Memory => ({
  line: '',
  cursor: 0,
  quoteNext: false,
  armed: false,
  back: 0,
  draft: '',
  asking: null,
  menu: null,
  over: false,
});

const linePrompt = createPrompt<LineResult, Config>((config, done) => {
  const { keys, screen, paint, assistance } = config;
  const [, setDrawing] = useState(0);
  const [note, setNote] = useState('');
  const [mark, setMark] = useState('');
  const memory = useRef<Memory>(newMemory()).current;
  const line = useRef<Line>(memory);
  const redraw = (): void => setDrawing((count) => count + 1);

  const finish = (result: LineResult, trace = ''): void => {
    memory.over = true;
    memory.asking?.abort();
    memory.menu = null;
    setNote('');
    setMark(trace);
    redraw();
    done(result);
  };
  const replace = (text: string, cursor = text.length): void => {
    line.current.line = text;
    line.current.cursor = cursor;
    remember();
  };
  const remember = (): void => {
    memory.line = line.current.line;
    memory.cursor = line.current.cursor;
    redraw();
  };
  const interrupt = (): void => {
    if (memory.over) return;
    finish({ outcome: 'interrupted' }, '^C');
  };
  const insert = (from: number, text: string, decided: boolean): void => {
    const after = memory.line.slice(memory.cursor);
    const gap = decided && !after.startsWith(' ') ? ' ' : '';
    const before = memory.line.slice(0, from) + text + gap;
    replace(before + after, before.length);
  };

  /** Asks the daemon while the following keys wait. */
  const ask = async <Answer>(question: (signal: AbortSignal) => Promise<Answer>, use: (answer: Answer) => void) => {
    const asking = new AbortController();
    memory.asking = asking;
    const answer = await question(asking.signal).catch(() => null);
    memory.asking = null;
    if (memory.over) return;
    if (answer !== null) use(answer);
    keys.next();
  };

  const complete = (): void => {
    if (!assistance) return keys.next();
    const before = memory.line.slice(0, memory.cursor);
    void ask(
      (signal) => assistance.complete(before, signal),
      (offer) => {
        const typed = before.slice(offer.from);
        const grows = offer.text !== '' && offer.text !== typed && offer.text.length >= typed.length;
        if (offer.candidates.length > 0 && (offer.decided || grows)) {
          insert(offer.from, offer.text, offer.decided);
        } else if (offer.candidates.length > 1 && memory.armed) {
          memory.menu = new Menu(offer.candidates, offer.from);
        } else {
          setNote(noteOf(offer));
        }
        memory.armed = offer.candidates.length > 1;
        redraw();
      },
    );
  };

  const help = (): void => {
    if (!assistance) return keys.next();
    const before = memory.line.slice(0, memory.cursor);
    const shown = `${config.text()}${memory.line}${paint.faint('?')}`;
    void ask(
      (signal) => assistance.help(before, signal),
      (lines) => screen.printAbove([shown, ...lines]),
    );
  };

  const recall = (step: 1 | -1): void => {
    const history = assistance?.history ?? [];
    const back = Math.min(history.length, Math.max(0, memory.back + step));
    if (back === memory.back) return replace(memory.line, memory.cursor);
    if (memory.back === 0) memory.draft = memory.line;
    memory.back = back;
    replace(back === 0 ? memory.draft : (history.at(-back) ?? ''));
  };

  /** True where the key was the menu's. */
  const steerMenu = (key: Key, menu: Menu): boolean => {
    const restore = (): void => replace(memory.line, memory.cursor);
    if (key.name === 'tab' || key.name === 'down' || key.name === 'up') {
      menu.move(key.name === 'up' || key.shift ? -1 : 1);
      restore();
      if (key.name === 'tab' && !key.shift) keys.next();
      return true;
    }
    memory.menu = null;
    if (key.name === 'return' || key.name === 'enter') {
      insert(menu.from, menu.chosenText(), true);
      keys.next();
      return true;
    }
    return key.name === 'escape';
  };

  useEffect((readline) => {
    line.current = readline as unknown as Line;
    readline.on('SIGTSTP', () => {});
    for (const listener of (readline as unknown as NodeJS.EventEmitter).listeners('SIGINT')) {
      readline.removeListener('SIGINT', listener as () => void);
    }
    readline.on('SIGINT', interrupt);
    readline.on('close', () => {
      if (!memory.over) finish({ outcome: 'end' });
    });
    keys.onInterrupt(interrupt);
    config.onOpen?.({ printAbove: (lines) => screen.printAbove(lines), redraw });
    return config.terminal.onResize(() => {
      screen.clearForRedraw();
      redraw();
    });
  }, []);

  useKeypress((event) => {
    const key = event as Key;
    if (memory.over) return;
    setNote('');
    if (memory.menu && steerMenu(key, memory.menu)) return redraw();
    const quoted = memory.quoteNext;
    memory.quoteNext = key.ctrl === true && key.name === 'v';
    if (memory.quoteNext) return;
    if (key.name === 'return' || key.name === 'enter') return finish({ outcome: 'line', line: memory.line });
    if (key.name === 'tab' && !key.shift && !key.meta) {
      replace(memory.line, memory.cursor);
      return complete();
    }
    if (key.sequence === '?' && !quoted) {
      replace(memory.line, memory.cursor);
      return help();
    }
    memory.armed = false;
    if (key.name === 'up' || (key.ctrl && key.name === 'p')) return recall(1);
    if (key.name === 'down' || (key.ctrl && key.name === 'n')) return recall(-1);
    remember();
  });

  const shown = `${config.text()}${memory.line}${mark}`;
  const bottom = memory.menu
    ? memory.menu.lines(config.terminal.columns, config.terminal.rows - 2, paint).join('\n')
    : paint.faint(note);
  return [shown, bottom];
});

function noteOf(offer: Completion): string {
  if (offer.problem !== null) return offer.problem;
  if (offer.candidates.length === 0) return 'Nothing fits here. Press ? for help.';
  return '';
}

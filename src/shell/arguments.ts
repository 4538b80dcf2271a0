import type { Grammar } from './grammar/grammar.ts';
import { lineOf } from './grammar/tokenizer.ts';
import { optionHelp } from './options.ts';
import { ownOptions } from './own-options.ts';
import type { Paint } from './paint.ts';
import { usageOf } from './views/help.ts';
import { listing } from './views/listing.ts';

export interface Arguments {
  wants: 'run' | 'help' | 'version';
  appliance: string | null;
  /** What to run; null where nothing was said: a session, or lines from standard input. */
  lines: string[] | null;
  /** Goes on behind a line that failed. */
  goesOn: boolean;
}

/** Reads what stands after `belay`. What is not about belay itself is the command, word for word. */
export function readArguments(argv: readonly string[]): Arguments | { problem: string } {
  const read: Arguments = { wants: 'run', appliance: null, lines: null, goesOn: false };
  const early: string[] = [];
  let position = 0;
  for (; position < argv.length && argv[position]?.startsWith('-'); position++) {
    const [word = '', attached] = splitOption(argv[position] as string);
    if (word === '--help' || word === '-h') return { ...read, wants: 'help' };
    if (word === '--version' || word === '-V') return { ...read, wants: 'version' };
    if (word === '--continue') {
      read.goesOn = true;
      continue;
    }
    if (word === '--appliance' || word === '-c') {
      const value = attached ?? argv[++position];
      if (value === undefined || value === '') return { problem: `${word} needs something after it.` };
      if (word === '-c') read.lines = [...(read.lines ?? []), ...value.split(/\r?\n/)];
      else read.appliance = value;
    } else if (optionHelp.some((option) => option.word === word) && attached === undefined) {
      early.push(word);
    } else {
      return { problem: `There is no option ${word}.` };
    }
  }
  const words = argv.slice(position);
  if (words.length > 0 && read.lines !== null) return { problem: '-c and a command were both given.' };
  if (words.length > 0) read.lines = [lineOf(words)];
  if (early.length > 0 && read.lines === null) return { problem: `${early[0]} needs a command.` };
  if (read.lines !== null && early.length > 0) read.lines = read.lines.map((line) => `${early.join(' ')} ${line}`);
  return read;
}

function splitOption(text: string): [string, string | undefined] {
  const equals = text.startsWith('--') ? text.indexOf('=') : -1;
  return equals < 0 ? [text, undefined] : [text.slice(0, equals), text.slice(equals + 1)];
}

/** For `belay --help`. */
export function usageLines({ width, paint }: { width: number; paint: Paint }, grammar: Grammar): string[] {
  const rows = grammar.commands.map((command): [string, string] => [usageOf(command), command.summary]);
  const own = ownOptions.map(({ text, value, help }): [string, string] => [
    value === null ? text : `${text} ${value}`,
    help,
  ]);
  return [
    paint.strong('belay [OPTIONS] [COMMAND]'),
    'Without a command: the prompt, or lines from standard input.',
    '',
    ...listing(rows, width, paint),
    '',
    ...listing([...own, ['daemon', 'Run the daemon in the foreground']], width, paint),
    '',
    'Exit codes: 0 done, 1 failed (and rolled back), 2 usage, 3 refused, 4 no daemon, 130 interrupted.',
  ];
}

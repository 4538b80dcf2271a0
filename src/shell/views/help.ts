import type { Command } from '../command.ts';
import type { Grammar } from '../grammar/grammar.ts';
import { optionHelp } from '../options.ts';
import type { Paint } from '../paint.ts';
import { wrap } from '../width.ts';
import { listing } from './listing.ts';

/** `rollback system [to RELEASE]`. */
export function usageOf(command: Command): string {
  const parameters = command.parameters.map((parameter) => {
    if ('flag' in parameter) return `[${parameter.name}]`;
    const { after, kind, optional } = parameter;
    const text = after ? `${after.word} ${kind.metavar}` : kind.metavar;
    return optional ? `[${text}]` : text;
  });
  return [...command.words, ...parameters, ...(command.takesWords ? ['[COMMAND]'] : [])].join(' ');
}

/** The commands that begin with these words; one alone is told in full. */
export function helpLines(grammar: Grammar, words: string, screen: { width: number; paint: Paint }): string[] {
  const { width, paint } = screen;
  const chosen = grammar.commands.filter(({ words: own, alias }) =>
    [own.join(' '), alias?.join(' ')].some(
      (path) => path === words || path?.startsWith(words === '' ? '' : `${words} `),
    ),
  );
  const [only] = chosen;
  if (chosen.length === 1 && only) return commandHelp(only, screen);
  const rows = [...chosen]
    .map((each): [string, string] => [usageOf(each), each.summary])
    .sort(([a], [b]) => a.localeCompare(b));
  return [
    ...listing(rows, width, paint),
    '',
    ...wrap('A unique beginning of a word is enough. TAB completes it, ? says what can follow.', width).map(
      paint.faint,
    ),
  ];
}

function commandHelp(command: Command, { width, paint }: { width: number; paint: Paint }): string[] {
  const parameters = command.parameters.map((parameter): [string, string] => [
    'flag' in parameter ? parameter.name : parameter.kind.metavar,
    parameter.help,
  ]);
  const options = optionHelp
    .filter(({ needs }) => needs === null || needs === command.effect)
    .map(({ word, help }): [string, string] => [word, help]);
  return [
    paint.strong(usageOf(command)),
    ...wrap(`${command.summary}. ${command.about}`, width),
    '',
    ...listing([...parameters, ...options], width, paint),
    '',
    ...command.examples.map((example) => `  ${paint.faint('for example')}  ${example}`),
  ];
}

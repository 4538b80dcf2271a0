import type { Command, Verb } from '../command.ts';
import type { Grammar } from '../grammar/grammar.ts';
import { optionHelp } from '../options.ts';
import type { Paint } from '../paint.ts';
import { pipes } from '../pipes/pipes.ts';
import { wrap } from '../width.ts';
import { type Field, fields } from './fields.ts';
import { listing } from './listing.ts';

/** `rollback system [to RELEASE]`. */
export function usageOf(command: Verb): string {
  const parameters = command.parameters.map((parameter) => {
    if ('flag' in parameter) return `[${parameter.name}]`;
    const { after, kind, optional, rest, list } = parameter;
    const text = `${after ? `${after.word} ` : ''}${kind.metavar}${rest || list ? ' …' : ''}`;
    return optional ? `[${text}]` : text;
  });
  return [...command.words, ...parameters, ...(command.takesWords ? ['[COMMAND]'] : [])].join(' ');
}

/** What somebody types who has never been here. */
const TOUR: readonly Field[] = [
  { name: 'Look', value: 'show system, show releases, show upgrade status, show log' },
  { name: 'Upgrade', value: 'show versions, show upgrade plan VERSION, upgrade system VERSION' },
  { name: 'Go back', value: 'show rollback plan, rollback system' },
  {
    name: 'Keys',
    value: 'TAB completes, ? explains, Ctrl-R looks back, Ctrl-C leaves a live view (what runs goes on)',
  },
  { name: 'Pipes', value: 'show releases | include 2.1, show releases | ? for the others' },
  { name: 'More', value: 'help upgrade system' },
];

/** So many can be told in full without anybody losing sight of them. */
const FEW = 2;

/** The commands that begin with these words; a few of them are told in full. */
export function helpLines(grammar: Grammar, words: string, screen: { width: number; paint: Paint }): string[] {
  const { width, paint } = screen;
  const chosen = grammar.commands.filter(({ words: own, alias }) =>
    [own.join(' '), alias?.join(' ')].some(
      (path) => path === words || path?.startsWith(words === '' ? '' : `${words} `),
    ),
  );
  if (words !== '' && chosen.length <= FEW) {
    return chosen.flatMap((each, index) => [...(index > 0 ? [''] : []), ...commandHelp(each, screen)]);
  }
  const rows = [...chosen]
    .map((each): [string, string] => [usageOf(each), each.summary])
    .sort(([a], [b]) => a.localeCompare(b));
  return [
    ...(words === '' ? [...fields(TOUR, width, paint), ''] : []),
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
    ...(command.effect === 'looks' && command.words[0] === 'show' ? ['', ...pipeHelp(width, paint)] : []),
  ];
}

const pipeHelp = (width: number, paint: Paint): string[] => [
  'Its answer goes through pipes:',
  ...listing(
    pipes.commands.map((pipe): [string, string] => [`| ${usageOf(pipe)}`, pipe.summary]),
    width,
    paint,
  ),
];

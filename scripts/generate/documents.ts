import type { Command } from '../../src/shell/command.ts';
import type { Grammar } from '../../src/shell/grammar/grammar.ts';
import { optionHelp } from '../../src/shell/options.ts';
import { ownOptions } from '../../src/shell/own-options.ts';
import type { Pipe } from '../../src/shell/pipes/pipe.ts';
import { usageOf } from '../../src/shell/views/help.ts';

const NOTE = 'Written by `npm run generate` from the commands themselves; change those.';

const EXIT_CODES: readonly (readonly [string, string])[] = [
  ['0', 'done'],
  ['1', 'failed (and rolled back)'],
  ['2', 'usage: the line could not be read'],
  ['3', 'refused: nothing was changed'],
  ['4', 'no daemon'],
  ['130', 'interrupted'],
];

type Term = readonly [string, string];

function termsOf(command: Command | Pipe): Term[] {
  const parameters = command.parameters.map((parameter): Term => {
    if ('flag' in parameter) return [parameter.name, parameter.help];
    const { after, kind, help } = parameter;
    return after ? [`${after.word} ${kind.metavar}`, `${after.help}. ${help}`] : [kind.metavar, help];
  });
  const options = 'effect' in command && command.effect === 'changes' ? optionHelp.filter(({ needs }) => needs) : [];
  return [...parameters, ...options.map(({ word, help }): Term => [word, help])];
}

const optionTerms = (): Term[] =>
  ownOptions.map(({ text, value, help }) => [value === null ? text : `${text} ${value}`, help]);

/** docs/commands.md */
export function commandsPage(grammar: Grammar, pipes: Grammar<Pipe>): string {
  const code = (text: string): string => `\`${text}\``;
  const entry = (each: Command | Pipe, title: string): string[] => [
    `### ${code(title)}`,
    '',
    `${each.summary}. ${each.about}`,
    ...('effect' in each && each.effect === 'changes' ? ['It changes something, and asks before it does.'] : []),
    '',
    ...list(termsOf(each)),
    '```',
    ...each.examples,
    '```',
    '',
  ];
  const list = (terms: readonly Term[]): string[] =>
    terms.length === 0 ? [] : [...terms.map(([text, help]) => `- ${code(text)}: ${help}`), ''];
  return [
    '# Commands',
    '',
    `<!-- ${NOTE} -->`,
    '',
    'At the prompt, or behind `belay`. A unique beginning of a word is enough; TAB completes it, `?` says what can follow.',
    '',
    ...grammar.commands.flatMap((command) => entry(command, usageOf(command))),
    '## Pipes',
    '',
    'What a command that looks answers goes through them, from left to right. On the command line a bar is quoted.',
    '',
    ...pipes.commands.flatMap((pipe) => entry(pipe, `| ${usageOf(pipe)}`)),
    '## Options',
    '',
    ...list(optionTerms()),
    '## Exit codes',
    '',
    ...list(EXIT_CODES),
  ]
    .join('\n')
    .trimEnd()
    .concat('\n');
}

/** A line of text for roff: no letter of it is a request. */
function roff(text: string): string {
  const plain = text.replaceAll('\\', '\\e').replaceAll('-', '\\-');
  return /^[.']/.test(plain) ? `\\&${plain}` : plain;
}

/** docs/belay.1 */
export function manualPage(grammar: Grammar, pipes: Grammar<Pipe>, version: string): string {
  const terms = (all: readonly Term[]): string[] =>
    all.flatMap(([text, help]) => ['.TP', `.B ${roff(text)}`, roff(help)]);
  const entry = (each: Command | Pipe, title: string): string[] => [
    `.SS ${roff(title)}`,
    roff(`${each.summary}. ${each.about}`),
    ...terms(termsOf(each)),
    '.PP',
    'For example:',
    '.PP',
    '.nf',
    ...each.examples.map((example) => `.RS\n${roff(example)}\n.RE`),
    '.fi',
  ];
  return [
    `.\\" ${NOTE}`,
    `.TH BELAY 1 "" "Belay ${version}" "Belay"`,
    '.SH NAME',
    'belay \\- upgrade containers with their data, and roll them back',
    '.SH SYNOPSIS',
    '.B belay',
    '[OPTIONS] [COMMAND]',
    '.SH DESCRIPTION',
    'Without a command: the prompt, or lines from standard input. A unique beginning of a word is enough.',
    '.SH OPTIONS',
    ...terms(optionTerms()),
    '.SH COMMANDS',
    ...grammar.commands.flatMap((command) => entry(command, usageOf(command))),
    '.SH PIPES',
    'What a command that looks answers goes through them, from left to right. On the command line a bar is quoted.',
    ...pipes.commands.flatMap((pipe) => entry(pipe, `| ${usageOf(pipe)}`)),
    '.SH EXIT STATUS',
    ...terms(EXIT_CODES),
    '.SH ENVIRONMENT',
    ...terms([
      ['BELAY_HOME', 'Where the daemon keeps its state.'],
      ['BELAY_SOCKET', 'Where the daemon answers.'],
      ['BELAY_IDLE_TIMEOUT', 'Minutes without a key until a session ends.'],
      ['DOCKER_HOST', 'The Docker Engine that the daemon works with.'],
      ['NO_COLOR', 'No colours.'],
    ]),
    '',
  ].join('\n');
}

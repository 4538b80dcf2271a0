import type { Grammar } from '../grammar/grammar.ts';
import { filters } from './filters.ts';
import type { Pipe } from './pipe.ts';
import { savedName } from './saved-files.ts';

const json: Pipe = {
  words: ['json'],
  summary: 'The answer as JSON',
  about: 'Everything that is known, for a program. Stands right behind the command.',
  examples: ['show releases | json', 'show system | json | include version'],
  role: 'format',
  parameters: [],
};

const yaml: Pipe = {
  words: ['yaml'],
  summary: 'The answer as YAML',
  about: 'Everything that is known, for a program and for people. Stands right behind the command.',
  examples: ['show release RHKOIXXVDMJ | yaml'],
  role: 'format',
  parameters: [],
};

const save: Pipe = {
  words: ['save'],
  summary: 'Keep the answer in a file of yours',
  about: 'Files are kept for you alone, under a name, without colours: show files, show file NAME, delete file NAME.',
  examples: ['show system | save before-upgrade', 'show releases | json | save releases.json'],
  role: 'save',
  parameters: [{ name: 'name', kind: savedName, help: 'What to call the file' }],
};

const noMore: Pipe = {
  words: ['no-more'],
  summary: 'Do not stop at the end of the screen',
  about: 'Shows everything at once, whatever the height of the screen.',
  examples: ['show releases | no-more'],
  role: 'no-more',
  parameters: [],
};

/** Everything that can stand behind a bar, in the order in which `?` lists it. */
export const pipes: Grammar<Pipe> = { commands: [...filters, json, yaml, save, noMore], groups: {} };

/** What may follow these; the others have a reason not to, in `misplaced`. */
export function pipesAfter(earlier: readonly Pipe[]): Grammar<Pipe> {
  return { ...pipes, commands: pipes.commands.filter((pipe) => misplaced(pipe, earlier) === null) };
}

/** Why this pipe cannot stand behind those; null where it can. */
export function misplaced(pipe: Pipe, earlier: readonly Pipe[]): string | null {
  const before = earlier.at(-1);
  if (earlier.some(({ role }) => role === 'save')) return 'Nothing can stand behind save.';
  if (pipe.role === 'format' && before) {
    return `${pipe.words[0]} stands right behind the command: behind ${before.words[0]} there are only lines.`;
  }
  return null;
}

import { type Grammar, read } from '../../src/shell/grammar/grammar.ts';
import { tokenize } from '../../src/shell/grammar/tokenizer.ts';

/** What can follow words that are written in full, where that never changes. */
export interface WordRow {
  path: string;
  words: { word: string; help: string }[];
}

/** Every place of the grammar where only words can stand, the beginning of the line first. */
export function wordTable(grammar: Grammar): WordRow[] {
  const paths = new Set(['']);
  for (const command of grammar.commands) {
    for (const words of [command.words, command.alias ?? []]) {
      for (let length = 1; length < words.length; length++) paths.add(words.slice(0, length).join(' '));
    }
  }
  return [...paths].flatMap((path) => {
    const reading = read(grammar, tokenize(path).tokens);
    if (reading.outcome !== 'read') throw new Error(`The grammar does not read its own words: ${path}`);
    if (reading.expected.some(({ type }) => type === 'value')) return [];
    const words = reading.expected.flatMap((each) =>
      each.type === 'word' ? [{ word: each.word, help: each.help }] : [],
    );
    return [{ path, words }];
  });
}

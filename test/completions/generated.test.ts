import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { generatedFiles } from '../../scripts/generate/files.ts';
import { wordTable } from '../../scripts/generate/word-table.ts';
import { registry } from '../../src/shell/registry.ts';

const files = generatedFiles();

describe('what is written from the grammar', () => {
  // Where this fails: npm run generate
  it.each(Object.keys(files))('%s is as it would be written now', (path) => {
    expect(readFileSync(join(import.meta.dirname, '../..', path), 'utf8')).toBe(files[path]);
  });

  it('tells every command, its arguments and its examples', () => {
    for (const { words, examples, about, parameters } of registry.commands) {
      for (const text of [words.join(' '), about, ...examples, ...parameters.map(({ help }) => help)]) {
        expect(files['docs/commands.md']).toContain(text);
        expect(files['docs/belay.1']).toContain(text.replaceAll('-', '\\-'));
      }
    }
  });

  it('knows the words of each command wherever nothing but words can stand', () => {
    const table = new Map(wordTable(registry).map(({ path, words }) => [path, words.map(({ word }) => word)]));
    for (const { words } of registry.commands) {
      for (const [depth, word] of words.entries()) {
        const path = words.slice(0, depth).join(' ');
        expect(table.get(path) ?? [word]).toContain(word);
      }
    }
    expect(table.get('show upgrade')).toEqual(['status', 'history', 'plan']);
    expect(table.has('help')).toBe(false);
  });
});

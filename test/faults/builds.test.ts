import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { CHANGES } from './builds.ts';

it.each(Object.entries(CHANGES))('the source still has what is replaced for "%s"', (_name, changes) => {
  for (const { file, piece } of changes) {
    expect(readFileSync(resolve(import.meta.dirname, '../..', file), 'utf8')).toContain(piece);
  }
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { manifestJsonSchema } from '../../src/manifest/json-schema.ts';
import { pipes } from '../../src/shell/pipes/pipes.ts';
import { registry } from '../../src/shell/registry.ts';
import { bashCompletion, fishCompletion, zshCompletion } from './completions.ts';
import { commandsPage, manualPage } from './documents.ts';
import { wordTable } from './word-table.ts';

/** Every file of the project that is written from another: its path and what stands in it. */
export function generatedFiles(): Record<string, string> {
  const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'));
  const table = wordTable(registry);
  return {
    'appliance.schema.json': `${JSON.stringify(manifestJsonSchema(), null, 2)}\n`,
    'completions/belay.bash': bashCompletion(table),
    'completions/_belay': zshCompletion(table),
    'completions/belay.fish': fishCompletion(table),
    'docs/belay.1': manualPage(registry, pipes, version),
    'docs/commands.md': commandsPage(registry, pipes),
  };
}

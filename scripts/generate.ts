import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generatedFiles } from './generate/files.ts';

// A test holds every one of them equal to what this writes.
for (const [path, text] of Object.entries(generatedFiles())) {
  writeFileSync(join(import.meta.dirname, '..', path), text);
}

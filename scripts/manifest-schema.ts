import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { manifestJsonSchema } from '../src/manifest/json-schema.ts';

// Writes the schema that editors check and complete an appliance.yaml with; a test holds it equal.
const path = join(import.meta.dirname, '../appliance.schema.json');
writeFileSync(path, `${JSON.stringify(manifestJsonSchema(), null, 2)}\n`);

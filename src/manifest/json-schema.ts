import { z } from 'zod';
import { manifest } from './schema.ts';

/**
 * The same schema for editors, which read `80` as a number where Belay reads the text of the file. What it
 * says in `description` is the documentation. Written to `appliance.schema.json` by `npm run generate`.
 */
export function manifestJsonSchema(): object {
  const schema = z.toJSONSchema(manifest, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      const { editor, ...about } = (z.globalRegistry.get(zodSchema as unknown as z.ZodType) ?? {}) as {
        editor?: object;
      };
      if (editor) replace(jsonSchema, { ...editor, ...about });
      // A map's names are keys of YAML, and an entry of a map may begin with x-.
      if (jsonSchema.additionalProperties === false) jsonSchema.patternProperties = { '^x-': {} };
      delete jsonSchema.propertyNames;
    },
  });
  return { ...schema, title: 'Belay appliance manifest' };
}

function replace(target: object, source: object): void {
  for (const key of Object.keys(target)) delete (target as Record<string, unknown>)[key];
  Object.assign(target, source);
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { manifestJsonSchema } from '../../src/manifest/json-schema.ts';

const shipped = JSON.parse(readFileSync(join(import.meta.dirname, '../../appliance.schema.json'), 'utf8'));

test('the schema for editors that is shipped is the one that Belay reads with', () => {
  // Where this fails: npm run generate
  expect(shipped).toEqual(JSON.parse(JSON.stringify(manifestJsonSchema())));
});

test('it takes numbers and truth values where people write them without quotes, and explains x-belay', () => {
  const service = shipped.properties.services.additionalProperties;
  expect(shipped.required).toEqual(['services']);
  expect(service.required).toEqual(['image']);
  expect(service.additionalProperties).toBe(false);
  expect(service.properties.privileged).toEqual({ type: 'boolean' });
  expect(service.properties.ports.items.anyOf[0]).toEqual({ type: ['string', 'integer'] });
  const undescribed = Object.entries<{ description?: string }>(shipped.properties['x-belay'].properties)
    .filter(([, { description }]) => !description)
    .map(([name]) => name);
  expect(undescribed).toEqual([]);
});

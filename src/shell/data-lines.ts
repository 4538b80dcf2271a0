import type { Format } from './options.ts';

/** A value as a program reads it. */
export async function dataLines(value: unknown, format: Exclude<Format, 'text'>): Promise<string[]> {
  if (format === 'json') return JSON.stringify(value, null, 2).split('\n');
  const { yamlLines } = await import('./yaml-lines.ts');
  return yamlLines(value);
}

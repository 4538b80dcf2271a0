import type { z } from 'zod';
import type { Plain } from './yaml-source.ts';

/** Keys that say nothing without each other. */
const TOGETHER: Readonly<Record<string, string>> = { floor: 'legacy', legacy: 'floor' };

/**
 * What can be read of an entry in which something is wrong: without the keys that are wrong. Undefined where nothing
 * of it can be; `without` has the keys that were left out.
 */
export function soundPart<Schema extends z.ZodType>(
  schema: Schema,
  entry: Plain,
): { data: z.output<Schema> | undefined; without: ReadonlySet<string> } {
  const parsed = schema.safeParse(entry);
  if (parsed.success) return { data: parsed.data, without: new Set() };
  const without = new Set(parsed.error.issues.flatMap(keysOf));
  for (const key of without) without.add(TOGETHER[key] ?? key);
  if (entry === null || typeof entry !== 'object' || Array.isArray(entry)) return { data: undefined, without };
  const rest: { [key: string]: Plain } = Object.create(null);
  for (const [key, value] of Object.entries(entry)) if (!without.has(key)) rest[key] = value;
  return { data: schema.safeParse(rest).data, without };
}

/** Of the entry itself, however deep in it the mistake is. */
const keysOf = (issue: z.core.$ZodIssue): string[] =>
  issue.path.length === 0 && issue.code === 'unrecognized_keys' ? issue.keys : issue.path.slice(0, 1).map(String);

import { asObject } from './json.ts';
import { LabError } from './lab-error.ts';

/** Filters of a list call, by name: each is met by any one of its values. */
export type Filters = Record<string, string[]>;

/** Reads `filters`, in the form `{"label":["a"]}` or the older `{"label":{"a":true}}`. 400 on others. */
export function parseFilters(text: string | null, known: readonly string[]): Filters {
  const filters: Filters = {};
  if (!text) return filters;
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new LabError(400, `invalid filter: ${text}`);
  }
  for (const [name, values] of Object.entries(asObject(parsed))) {
    if (!known.includes(name)) throw new LabError(400, `Invalid filter '${name}'`);
    filters[name] = Array.isArray(values) ? values.map(String) : Object.keys(asObject(values));
  }
  return filters;
}

/** Whether every `key` or `key=value` that is asked for is among the labels. */
export function matchesLabels(wanted: string[] | undefined, labels: Record<string, string>): boolean {
  return (wanted ?? []).every((term) => {
    const equals = term.indexOf('=');
    return equals < 0 ? term in labels : labels[term.slice(0, equals)] === term.slice(equals + 1);
  });
}

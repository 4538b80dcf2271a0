/** Whatever came in as JSON and is looked at field by field. */
export type JsonObject = { [key: string]: unknown };

export function asObject(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

/** `["a", "b"]`, or the string form that the engine's API takes for a list of one. Null where there is none. */
export function asStrings(value: unknown): string[] | null {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.map(String) : null;
}

export function asText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

const MOST_KEPT = 8;

/**
 * What a few long texts were read as last: the same text again is the same value, without being read again. What an
 * operation with a thousand services has learnt is long, and asked for often. The values are frozen, as several have them.
 */
export class Parsed {
  readonly #kept = new Map<string, { text: string; value: unknown }>();

  of<Value>(key: string, text: string): Value {
    const kept = this.#kept.get(key);
    this.#kept.delete(key);
    const current = kept?.text === text ? kept : { text, value: frozen(JSON.parse(text)) };
    this.#kept.set(key, current);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MOST_KEPT && oldest !== undefined) this.#kept.delete(oldest);
    return current.value as Value;
  }
}

function frozen<Value>(value: Value): Value {
  if (value === null || typeof value !== 'object') return value;
  for (const each of Object.values(value)) frozen(each);
  return Object.freeze(value);
}

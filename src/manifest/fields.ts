import { z } from 'zod';
import { parseReference } from '../domain/image-reference.ts';
import type { JsonObject } from '../domain/json.ts';
import { splitWords } from './words.ts';

/**
 * The kinds of value that a manifest has. Every scalar arrives as the text of the file, so each kind reads
 * text; `editor` is what the JSON schema says instead, for editors that read `80` as a number.
 */
export function kind<Value>(editor: JsonObject, what: string, read: (text: string) => Value | null) {
  const schema = z.string().transform((text, context): Value => {
    const value = read(text);
    if (value !== null) return value;
    context.addIssue({ code: 'custom', message: `"${shortened(text)}" is not ${what}.` });
    return z.NEVER;
  });
  return schema.meta({ editor });
}

const shortened = (text: string): string => (text.length > 60 ? `${text.slice(0, 57)}…` : text);

const matching = (pattern: RegExp) => (text: string) => (pattern.test(text) ? text : null);

export const text = z.string().meta({ editor: { type: ['string', 'number', 'boolean'] } });

export const filled = kind({ type: 'string', minLength: 1 }, 'a value', (each) => (each.trim() === '' ? null : each));

export const flag = kind({ type: 'boolean' }, 'true or false', (each) =>
  each === 'true' ? true : each === 'false' ? false : null,
);

/** A whole number; negative only where `least` is. */
export const count = (least = 0, most = Number.MAX_SAFE_INTEGER) =>
  kind({ type: 'integer', minimum: least }, `a whole number from ${least} to ${most}`, (each) => {
    const value = /^-?\d{1,16}$/.test(each) ? Number(each) : null;
    return value !== null && value >= least && value <= most ? value : null;
  });

const SIZE_UNITS: Record<string, number> = { '': 1, b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 };

/** In bytes. */
export const size = kind({ type: ['string', 'integer'] }, 'a size; write it like 512m or 2g', (each) => {
  const [, digits, letter = ''] = /^(\d+(?:\.\d+)?)\s*([bkmgt]?)(?:i?b)?$/i.exec(each) ?? [];
  const bytes = Math.floor(Number(digits ?? Number.NaN) * (SIZE_UNITS[letter.toLowerCase()] ?? Number.NaN));
  return Number.isSafeInteger(bytes) ? bytes : null;
});

const DURATION_UNITS_MS: Record<string, number> = { us: 0.001, ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** In milliseconds: `90s`, `1m30s`, `500ms`. */
export const duration = kind({ type: 'string' }, 'a duration; write it like 10s, 1m30s or 500ms', durationMs);

function durationMs(each: string): number | null {
  const parts = [...each.matchAll(/(\d+(?:\.\d+)?)(us|ms|s|m|h|d)/g)];
  if (parts.length === 0 || parts.map(([whole]) => whole).join('') !== each) return null;
  const totalMs = parts.reduce(
    (sum, [, digits, unit]) => sum + Number(digits) * (DURATION_UNITS_MS[unit ?? ''] ?? 0),
    0,
  );
  return totalMs <= 366 * 86_400_000 ? totalMs : null;
}

export const version = kind({ type: 'string' }, 'a version; a version is an image tag such as 2.1.0', (each) =>
  /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/.test(each) ? each : null,
);

/** In billionths of a processor, as the engine counts. */
export const cpus = kind({ type: ['number', 'string'] }, 'a number of processors such as 0.5', (each) => {
  const value = /^\d{1,4}(?:\.\d{1,9})?$/.test(each) ? Number(each) : 0;
  return value > 0 ? Math.round(value * 1e9) : null;
});

/** A word of a list, a command's above all. */
const words = z.array(text);

/** A command as a list, or as one line that is split at its blanks; no shell is involved. */
export const command = z.union([
  words,
  kind<string[]>({ type: 'string' }, 'a command: one of its quotes is not closed', splitWords),
]);

/** One, or a list of them. */
export const oneOrMore = z.union([text.transform((each) => [each]), words]);

/** `KEY: value`, or a list of `KEY=value`. A key without a value is null. */
export const pairs = z.union([
  z.record(z.string(), text.nullable()),
  z.array(text).transform((list): Record<string, string | null> => {
    const result: Record<string, string | null> = Object.create(null);
    for (const entry of list) {
      const cut = entry.indexOf('=');
      result[cut < 0 ? entry : entry.slice(0, cut)] = cut < 0 ? null : entry.slice(cut + 1);
    }
    return result;
  }),
]);

export const serviceName = kind(
  { type: 'string', pattern: '^[a-zA-Z0-9][a-zA-Z0-9_.-]*$' },
  'a name: letters, digits, dots, dashes, underscores',
  matching(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,62}$/),
);

/** A path inside of a container. */
export const containerPath = kind(
  { type: 'string', pattern: '^/' },
  'a path inside the container; such a path begins with /',
  matching(/^\/[^\0]*$/),
);

export const restart = kind(
  { type: 'string' },
  'one of no, always, unless-stopped, on-failure, on-failure:3',
  matching(/^(?:no|always|unless-stopped|on-failure(?::\d{1,6})?)$/),
);

export const device = kind(
  { type: 'string' },
  'a device; write it like /dev/ttyUSB0 or /dev/sdc:/dev/xvdc:rwm',
  matching(/^\/[^:\0]+(?::\/[^:\0]+(?::[rwm]{1,3})?)?$/),
);

/** The exec form of a health check. */
export const healthTest = z
  .array(text)
  .refine(([first]) => first === 'CMD' || first === 'CMD-SHELL' || first === 'NONE', {
    error: 'the list begins with CMD, CMD-SHELL or NONE.',
  });

export const imageReference = kind(
  { type: 'string', minLength: 1 },
  'the name of an image, such as registry.example.com/acme/server:2.0',
  (each) => (isImageName(each) ? each : null),
);

export const oneOf = <const Options extends readonly string[]>(options: Options) =>
  kind<Options[number]>(
    { enum: [...options] },
    `one of ${options.join(', ')}`,
    (each) => options.find((option) => option === each) ?? null,
  );

function isImageName(each: string): boolean {
  try {
    parseReference(each);
    return true;
  } catch {
    return false;
  }
}

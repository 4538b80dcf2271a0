import type { JsonObject, JsonValue } from './json.ts';

/** Stands in the place of a secret. */
export const REDACTED = '(redacted)';

const SECRET_PART = /passw(or)?d|passphrase|secret|token|credential|authorization/i;
const SECRET_WORDS = new Set(['pass', 'pwd', 'auth', 'key', 'keys', 'apikey', 'cookie']);
/** Names of our own and of Docker's that look like it and are not. */
const HARMLESS = new Set(['key', 'keys', 'slotkey', 'publickey', 'authorizationplugins', 'auths']);
/** Shorter values are too common to be sought everywhere. */
export const LEAST_SOUGHT = 5;

/** Whether what bears this name is not for other eyes: `DB_PASSWORD`, `api-token`, `sshKey`. */
export function isSecretName(name: string): boolean {
  if (HARMLESS.has(name.replace(/[^A-Za-z]/g, '').toLowerCase()) && !/^KEYS?$/.test(name)) return false;
  if (SECRET_PART.test(name)) return true;
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/);
  return words.some((word) => SECRET_WORDS.has(word) || /.(key|pass|pwd)$/.test(word));
}

const PATTERNS: readonly [RegExp, string][] = [
  [/-----BEGIN ([A-Z ]*PRIVATE KEY)-----[\s\S]*?(-----END \1-----|$)/g, `-----BEGIN $1----- ${REDACTED}`],
  // user:password@ in any URL
  [/\b([a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@"']{0,100}):[^\s/@"']{1,500}@/gi, `$1:${REDACTED}@`],
  [/\b((?:Bearer|Basic)\s+)[A-Za-z0-9._~+/=-]{6,}/gi, `$1${REDACTED}`],
  [/\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]*/g, REDACTED],
];
/** What stands before a value, with its name. */
const NAMED: readonly RegExp[] = [
  // --password VALUE
  /--?([A-Za-z][A-Za-z0-9_.-]{0,60})[ =]/g,
  // NAME=VALUE, name: value, "name":"value"
  /["']?([A-Za-z_][A-Za-z0-9_.-]{0,60})["']?\s{0,3}[=:]\s{0,3}/g,
];
const VALUE = /"[^"\r\n]*"|'[^'\r\n]*'|[^\s,;&"']+/y;

/** What bears a harmless name may have a secret in it, as in `environment: {DB_PASSWORD: x}`: it is looked at as well. */
function withoutNamedSecrets(text: string, named: RegExp): string {
  let result = '';
  let from = 0;
  named.lastIndex = 0;
  for (let match = named.exec(text); match !== null; match = named.exec(text)) {
    if (!isSecretName(match[1] ?? '')) continue;
    VALUE.lastIndex = named.lastIndex;
    const [value = ''] = VALUE.exec(text) ?? [];
    if (value === '' || value.startsWith(REDACTED.slice(0, 5))) continue;
    const quote = /^["']/.exec(value)?.[0] ?? '';
    result += `${text.slice(from, named.lastIndex)}${quote}${REDACTED}${quote}`;
    from = named.lastIndex + value.length;
    named.lastIndex = from;
  }
  return result + text.slice(from);
}

/** Takes every one of the `known` secrets out of a text, and leaves the rest of it as it is. */
export function withoutSecrets(text: string, known: Iterable<string>): string {
  // The longest first: one may be part of another.
  const longestFirst = [...known].sort((a, b) => b.length - a.length);
  return longestFirst.reduce((result, secret) => result.replaceAll(secret, REDACTED), text);
}

/** Takes out of a text what looks like a secret, and every one of the `known` secrets wherever it stands. */
export function redactText(text: string, known: Iterable<string> = []): string {
  let result = withoutSecrets(text, known);
  for (const [pattern, by] of PATTERNS) result = result.replace(pattern, by);
  return NAMED.reduce(withoutNamedSecrets, result);
}

/** The same for a value, by the names of its fields; `NAME=value` strings and command lines are read as such. */
export function redactJson(value: JsonValue, known: Iterable<string> = []): JsonValue {
  const secrets = [...known];
  const clean = (each: JsonValue, name: string): JsonValue => {
    if (typeof each === 'string') return each !== '' && isSecretName(name) ? REDACTED : cleanString(each, secrets);
    if (Array.isArray(each))
      return each.map((item, index) => (followsSecret(each, index) ? REDACTED : clean(item, name)));
    if (each === null || typeof each !== 'object') return each;
    return Object.fromEntries(
      Object.entries(each).map(([key, field]) => [redactText(key, secrets), clean(field, key)]),
    );
  };
  return clean(value, '');
}

/** `--password` and its value are two words of a command. */
function followsSecret(words: JsonValue[], index: number): boolean {
  const before = words[index - 1];
  return typeof before === 'string' && /^--?[A-Za-z]/.test(before) && !before.includes('=') && isSecretName(before);
}

function cleanString(text: string, secrets: string[]): string {
  const [, name, value] = /^([A-Za-z_][A-Za-z0-9_.-]*)=([\s\S]*)$/.exec(text) ?? [];
  if (name !== undefined && value && isSecretName(name)) return `${name}=${REDACTED}`;
  return redactText(text, secrets);
}

/** The values in a settings object that bear a secret's name, or are the password in a URL: to be sought elsewhere. */
export function secretsIn(value: JsonValue): Set<string> {
  const found = new Set<string>();
  const add = (secret: string | undefined) => {
    if (secret && secret.length >= LEAST_SOUGHT && secret !== REDACTED) found.add(secret);
  };
  const visit = (each: JsonValue, name: string): void => {
    if (typeof each === 'string') {
      const [, own, text] = /^([A-Za-z_][A-Za-z0-9_.-]*)=([\s\S]*)$/.exec(each) ?? [];
      if (own !== undefined && isSecretName(own)) add(text);
      else if (isSecretName(name)) add(each);
      for (const [, password] of each.matchAll(/:\/\/[^\s/:@"']{0,100}:([^\s/@"']{1,500})@/g)) add(password);
    } else if (Array.isArray(each)) {
      for (const [index, item] of each.entries()) {
        if (followsSecret(each, index) && typeof item === 'string') add(item);
        else visit(item, name);
      }
    } else if (each !== null && typeof each === 'object') {
      for (const [key, field] of Object.entries(each as JsonObject)) visit(field, key);
    }
  };
  visit(value, '');
  return found;
}

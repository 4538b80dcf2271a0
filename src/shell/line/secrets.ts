import { isSecret } from '../../api/contract/env-text.ts';

const WORDS = 'pass(?:word|wd|phrase)?|pwd|secret|token|credentials?|api[-_]?key|access[-_]?key|private[-_]?key';
const VALUE = `("[^"]*"|'[^']*'|[^\\s|]+)`;
const ASSIGNED = new RegExp(`([\\w.-]*(?:${WORDS})[\\w.-]*["']?\\s*[=:]\\s*)${VALUE}`, 'gi');
const FOLLOWING = new RegExp(`((?:^|\\s)-{0,2}(?:${WORDS})\\s+)${VALUE}`, 'gi');
const IN_URL = /(\b[a-z][\w+.-]*:\/\/[^\s/:@]*:)[^\s/@]+(?=@)/gi;
/** `set env NAME VALUE`, `set env NAME=VALUE …`, also shortened. */
const SET_ENV = /^(\s*set?\s+en?v?\s+)(.*)$/is;
const PART = `"(?:[^"\\\\]|\\\\.)*"?|'[^']*'?|\\\\.|[^\\s"'\\\\]`;
const VALUE_BEHIND = new RegExp(`^(["']?([A-Za-z_]\\w*)["']?\\s+)(?:${PART})+`, 's');
const QUOTED_WHOLE = /((["'])([A-Za-z_]\w*)=)(?=\S)(?:(?!\2).)*\2?/gs;
const VALUE_INSIDE = new RegExp(`(([A-Za-z_]\\w*)=)(?:${PART})*`, 'gs');

/** Behind the name stands a service, or what somebody takes for the place of the value. */
const SET_SECRET = /^(\s*set?\s+s\S*(?:\s+\S+)?).*$/is;

/** A line without the values that its own words call secret: `set env DB_PASSWORD=…`. What is left can be recalled. */
export const withoutSecrets = (line: string): string => {
  const [, secret] = SET_SECRET.exec(line) ?? [];
  if (secret !== undefined) return secret.replace(/=.*$/s, '').trimEnd();
  const left = [ASSIGNED, FOLLOWING, IN_URL].reduce((text, pattern) => text.replace(pattern, '$1'), line);
  return withoutSecretVariables(left).trimEnd();
};

/** The same for names that the daemon takes for secrets, and only those: `set env SMTP_PWD geheim`. */
function withoutSecretVariables(line: string): string {
  const [, command, settings] = SET_ENV.exec(line) ?? [];
  if (command === undefined || settings === undefined) return line;
  const cut = (whole: string, before: string, name: string) => (isSecret(name) ? before : whole);
  const left = settings
    .replace(VALUE_BEHIND, cut)
    .replace(QUOTED_WHOLE, (whole, before, _quote, name) => cut(whole, before, name))
    .replace(VALUE_INSIDE, cut);
  return command + left;
}

const WORDS = 'pass(?:word|wd|phrase)?|pwd|secret|token|credentials?|api[-_]?key|access[-_]?key|private[-_]?key';
const VALUE = `("[^"]*"|'[^']*'|[^\\s|]+)`;
const ASSIGNED = new RegExp(`([\\w.-]*(?:${WORDS})[\\w.-]*["']?\\s*[=:]\\s*)${VALUE}`, 'gi');
const FOLLOWING = new RegExp(`((?:^|\\s)-{0,2}(?:${WORDS})\\s+)${VALUE}`, 'gi');
const IN_URL = /(\b[a-z][\w+.-]*:\/\/[^\s/:@]*:)[^\s/@]+(?=@)/gi;

/** A line without the values that its own words call secret: `set env DB_PASSWORD=…`. What is left can be recalled. */
export const withoutSecrets = (line: string): string =>
  [ASSIGNED, FOLLOWING, IN_URL].reduce((left, pattern) => left.replace(pattern, '$1'), line).trimEnd();

import type { Problem } from './problem.ts';

/** What an environment file says: `NAME=value` lines, with `#` comments, `export`, and quotes as Compose reads them. */
export function readEnvFile(text: string): { variables: Record<string, string>; problems: Problem[] } {
  const variables: Record<string, string> = Object.create(null);
  const problems: Problem[] = [];
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  for (const [index, line] of lines.entries()) {
    const content = line.trim().replace(/^export\s+/, '');
    if (content === '' || content.startsWith('#')) continue;
    const [, name, raw] = /^([A-Za-z_][A-Za-z0-9_.-]*)\s*=\s*(.*)$/s.exec(content) ?? [];
    const value = raw === undefined ? null : unquoted(raw);
    if (name === undefined || value === null || value.includes('\0')) {
      problems.push({ line: index + 1, column: 1, message: 'A line of an environment file is written NAME=value.' });
    } else {
      variables[name] = value;
    }
  }
  return { variables, problems };
}

const ESCAPES: Record<string, string> = { n: '\n', r: '\r', t: '\t' };

/** Null where a quote is not closed. */
function unquoted(raw: string): string | null {
  const quote = raw[0];
  if (quote !== '"' && quote !== "'") return raw.replace(/\s+#.*$/, '').trim();
  const [, inner] = (quote === '"' ? /^"((?:[^"\\]|\\.)*)"\s*(?:#.*)?$/ : /^'([^']*)'\s*(?:#.*)?$/).exec(raw) ?? [];
  if (inner === undefined) return null;
  return quote === "'" ? inner : inner.replace(/\\(.)/g, (_, letter: string) => ESCAPES[letter] ?? letter);
}

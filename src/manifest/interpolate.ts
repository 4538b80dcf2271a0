import type { Finding, Path } from './problem.ts';
import type { Plain } from './yaml-source.ts';

const NAME = /^[A-Za-z_][A-Za-z0-9_]*/;
const MAX_DEPTH = 8;

/**
 * Puts variables in the place of `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME-default}`, `${NAME:?why}`,
 * `${NAME?why}`, `${NAME:+other}` and `${NAME+other}`; `$$` is a dollar sign. Keys are left alone. One that
 * is not set and has no default is a finding, never an empty word.
 */
export function interpolated(
  value: Plain,
  variables: Readonly<Record<string, string>>,
  path: Path = [],
): { value: Plain; findings: Finding[] } {
  const findings: Finding[] = [];
  const walk = (each: Plain, at: Path): Plain => {
    if (typeof each === 'string') {
      if (!each.includes('$')) return each;
      return new Substitution(each, variables, (message) => findings.push({ path: at, at: 'value', message })).run();
    }
    if (Array.isArray(each)) return each.map((item, index) => walk(item, [...at, index]));
    if (each === null) return null;
    const map: { [key: string]: Plain } = Object.create(null);
    for (const [key, item] of Object.entries(each)) map[key] = walk(item, [...at, key]);
    return map;
  };
  return { value: walk(value, path), findings };
}

/** One text, read from left to right. A default may hold variables itself. */
class Substitution {
  readonly #text: string;
  readonly #variables: Readonly<Record<string, string>>;
  readonly #complain: (message: string) => void;
  readonly #depth: number;

  constructor(
    text: string,
    variables: Readonly<Record<string, string>>,
    complain: (message: string) => void,
    depth = 0,
  ) {
    this.#text = text;
    this.#variables = variables;
    this.#complain = complain;
    this.#depth = depth;
  }

  run(): string {
    let result = '';
    for (let index = 0; index < this.#text.length; ) {
      const dollar = this.#text.indexOf('$', index);
      if (dollar < 0) return result + this.#text.slice(index);
      result += this.#text.slice(index, dollar);
      const rest = this.#text.slice(dollar + 1);
      const name = NAME.exec(rest)?.[0];
      if (rest.startsWith('$')) {
        result += '$';
        index = dollar + 2;
      } else if (name !== undefined) {
        result += this.#plain(name);
        index = dollar + 1 + name.length;
      } else if (rest.startsWith('{')) {
        const end = closingBrace(rest);
        result += end < 0 ? this.#malformed() : this.#braced(rest.slice(1, end));
        index = end < 0 ? this.#text.length : dollar + 2 + end;
      } else {
        result += this.#malformed();
        index = dollar + 1;
      }
    }
    return result;
  }

  #plain(name: string): string {
    const value = this.#lookUp(name);
    if (value === undefined) this.#complain(unset(name));
    return value ?? '';
  }

  #braced(inner: string): string {
    const name = NAME.exec(inner)?.[0];
    const [, colon = '', operator = '', word = ''] = /^(:?)([-?+])(.*)$/s.exec(inner.slice(name?.length ?? 0)) ?? [];
    if (name === undefined || (operator === '' && name !== inner)) return this.#malformed();
    if (operator === '') return this.#plain(name);
    const value = this.#lookUp(name);
    const isThere = value !== undefined && (colon === '' || value !== '');
    if (operator === '-') return isThere ? value : this.#nested(word);
    if (operator === '+') return isThere ? this.#nested(word) : '';
    if (!isThere) this.#complain(word === '' ? unset(name) : `${name} is not set: ${this.#nested(word)}.`);
    return value ?? '';
  }

  #nested(word: string): string {
    if (this.#depth >= MAX_DEPTH) return this.#malformed();
    return new Substitution(word, this.#variables, this.#complain, this.#depth + 1).run();
  }

  #lookUp(name: string): string | undefined {
    return Object.hasOwn(this.#variables, name) ? this.#variables[name] : undefined;
  }

  #malformed(): string {
    this.#complain(`A $ begins a variable, as in \${NAME} or \${NAME:-default}; a dollar sign itself is written $$.`);
    return '';
  }
}

function closingBrace(text: string): number {
  let depth = 0;
  for (let index = 0; index < text.length; index++) {
    if (text[index] === '{' && (index === 0 || text[index - 1] === '$')) depth++;
    if (text[index] === '}' && --depth === 0) return index;
  }
  return -1;
}

const unset = (name: string): string =>
  `${name} is not set: give it a value in .env beside the manifest, or write \${${name}:-default}.`;

import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  Scalar,
  type YAMLMap,
} from 'yaml';
import type { Finding, Path, Problem } from './problem.ts';

/** YAML as it was written: every scalar is the text of the file, so that `1.10` stays `1.10` and `no` stays `no`. */
export type Plain = string | null | Plain[] | { [key: string]: Plain };

export interface YamlSource {
  value: Plain;
  problems: Problem[];
  /** Finds the place of what a finding is about, or of the nearest thing around it. */
  place(finding: Finding): Problem;
}

const MAX_MANIFEST_BYTES = 256 * 1024;
const MAX_NODES = 20_000;
const MAX_DEPTH = 40;
const MAX_SYNTAX_PROBLEMS = 50;
const SENTENCES: Partial<Record<string, string>> = {
  MULTIPLE_DOCS: 'A second document begins here; one file describes one appliance.',
};
const FORBIDDEN_KEYS = ['__proto__', 'constructor', 'prototype'];
const NULLS = ['', '~', 'null', 'Null', 'NULL'];

/** Reads one YAML document. Aliases and merge keys are followed, within limits; tags are refused. */
export function readYaml(text: string): YamlSource {
  const lines = new LineCounter();
  const placed = (offset: number, message: string): Problem => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1), message };
  };
  const problems: Problem[] = [];
  const refused = (message: string): YamlSource => ({
    value: null,
    problems: [{ line: 1, column: 1, message }],
    place: ({ message: about }) => ({ line: 1, column: 1, message: about }),
  });
  if (Buffer.byteLength(text) > MAX_MANIFEST_BYTES) return refused('The file is larger than 256 KiB.');
  let document: Document;
  try {
    // Keys are compared here, not by the library, which compares each with each.
    document = parseDocument(text, { schema: 'failsafe', lineCounter: lines, uniqueKeys: false, prettyErrors: false });
  } catch {
    return refused('The file is nested too deeply to be read.');
  }
  for (const { pos, code, message } of [...document.errors, ...document.warnings].slice(0, MAX_SYNTAX_PROBLEMS)) {
    if (message.startsWith('Maximum call stack')) return refused('The file is nested too deeply to be read.');
    problems.push(placed(pos[0], SENTENCES[code] ?? `${message.replace(/\s+/g, ' ').replace(/[.:]?$/, '')}.`));
  }
  const reader = new Reader(document.contents, (offset, message) => problems.push(placed(offset, message)));
  const value = problems.length > 0 ? null : reader.read();
  const place = ({ path, at, message }: Finding): Problem => placed(reader.offsetOf(path, at), message);
  return { value, problems, place };
}

/** Walks the document once, notes where everything stands, and stops where a file tries to become larger than it is. */
class Reader {
  readonly #root: unknown;
  /** As they are met: an alias stands for the last node before it that has its anchor. */
  readonly #anchors = new Map<string, Node>();
  readonly #complain: (offset: number, message: string) => void;
  readonly #keys = new Map<string, number>();
  readonly #values = new Map<string, number>();
  #nodes = 0;
  #overflowed = false;

  constructor(root: unknown, complain: (offset: number, message: string) => void) {
    this.#root = root;
    this.#complain = complain;
  }

  read(): Plain {
    return this.#value(this.#root, [], 0);
  }

  offsetOf(path: Path, at: 'key' | 'value'): number {
    for (let length = path.length; length >= 0; length--) {
      const id = idOf(path.slice(0, length));
      const first = at === 'key' ? this.#keys : this.#values;
      const offset = first.get(id) ?? this.#keys.get(id) ?? this.#values.get(id);
      if (offset !== undefined) return offset;
    }
    return 0;
  }

  #value(node: unknown, path: Path, fallback: number): Plain {
    if (!this.#mayGoOn(path, startOf(node, fallback))) return null;
    if (isAlias(node)) return this.#value(this.#resolved(node), path, startOf(node, fallback));
    this.#noteAnchor(node);
    const offset = startOf(node, fallback);
    if (!this.#values.has(idOf(path))) this.#values.set(idOf(path), offset);
    if (isMap(node)) return this.#map(node, path);
    if (isSeq(node)) return node.items.map((item, index) => this.#value(item, [...path, index], offset));
    if (!isScalar(node)) return null;
    if (node.tag) this.#complain(offset, `The tag ${node.tag} is not used here.`);
    const isNull = node.type === Scalar.PLAIN && NULLS.includes(node.source ?? '');
    if (isNull) return null;
    const text = String(node.value ?? '');
    if (text.includes('\0')) this.#complain(offset, 'A NUL character cannot stand here.');
    return text;
  }

  #map(map: YAMLMap, path: Path): Plain {
    const result: { [key: string]: Plain } = Object.create(null);
    const merged: { [key: string]: Plain } = Object.create(null);
    for (const pair of map.items) {
      if (this.#overflowed) break;
      const key = this.#keyOf(pair, startOf(map, 0));
      if (key === null) continue;
      if (key === '<<') {
        this.#merge(pair.value, path, merged);
        continue;
      }
      const offset = startOf(pair.key, startOf(map, 0));
      if (key in result) this.#complain(offset, `${key} stands here twice.`);
      this.#keys.set(idOf([...path, key]), offset);
      this.#values.delete(idOf([...path, key]));
      result[key] = this.#value(pair.value, [...path, key], offset);
    }
    for (const [key, value] of Object.entries(merged)) if (!(key in result)) result[key] = value;
    return result;
  }

  #merge(node: unknown, path: Path, into: { [key: string]: Plain }): void {
    const target = this.#resolved(node);
    const maps = isSeq(target) ? target.items : [target];
    for (const each of maps) {
      const resolved = this.#resolved(each);
      if (!isMap(resolved)) {
        this.#complain(startOf(node, 0), '<< takes over the keys of a map, and this is none.');
        continue;
      }
      if (!this.#mayGoOn([...path, '<<'], startOf(node, 0))) return;
      const taken = this.#map(resolved, path) as { [key: string]: Plain };
      for (const [key, value] of Object.entries(taken)) if (!(key in into)) into[key] = value;
    }
  }

  #keyOf({ key }: Pair, fallback: number): string | null {
    const node = this.#resolved(key);
    const offset = startOf(key, fallback);
    this.#noteAnchor(key);
    if (!isScalar(node)) {
      this.#complain(offset, 'A key has to be a word.');
      return null;
    }
    if (node.tag) this.#complain(offset, `The tag ${node.tag} is not used here.`);
    const text = String(node.value ?? '');
    if (!FORBIDDEN_KEYS.includes(text)) return text;
    this.#complain(offset, `${text} cannot be a key.`);
    return null;
  }

  #noteAnchor(node: unknown): void {
    const { anchor } = (node ?? {}) as { anchor?: string };
    if (anchor !== undefined) this.#anchors.set(anchor, node as Node);
  }

  #resolved(node: unknown): unknown {
    if (!isAlias(node)) return node;
    const target = this.#anchors.get(node.source);
    if (!target) this.#complain(startOf(node, 0), `There is no &${node.source} before this *${node.source}.`);
    return target ?? null;
  }

  #mayGoOn(path: Path, offset: number): boolean {
    if (this.#overflowed) return false;
    this.#nodes++;
    const tooLarge = this.#nodes > MAX_NODES;
    if (!tooLarge && path.length <= MAX_DEPTH) return true;
    this.#overflowed = true;
    const what = tooLarge ? `more than ${MAX_NODES} values` : `more than ${MAX_DEPTH} levels`;
    this.#complain(offset, `With its aliases followed, the file has ${what}.`);
    return false;
  }
}

const idOf = (path: Path): string => JSON.stringify(path);

function startOf(node: unknown, fallback: number): number {
  const range = (node as Node | null | undefined)?.range;
  return range ? range[0] : fallback;
}

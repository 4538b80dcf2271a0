import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const SOURCE = resolve(import.meta.dirname, '../src');

/** What each folder of src/ may import besides itself: DESIGN section 3. The longest name that fits a file decides. */
const MAY_IMPORT: Record<string, string[]> = {
  domain: [],
  manifest: ['domain'],
  sequences: ['domain'],
  reconcile: ['domain', 'runner', 'sequences'],
  runner: ['domain'],
  journal: ['domain'],
  notify: ['domain', 'sequences'],
  installation: ['domain', 'slots'],
  docker: ['domain'],
  slots: ['domain'],
  bundles: ['domain', 'slots'],
  'api/contract': ['domain'],
  'api/client': ['api/contract', 'domain'],
  'api/server': [
    'api',
    'docker',
    'domain',
    'installation',
    'journal',
    'manifest',
    'reconcile',
    'runner',
    'sequences',
    'slots',
  ],
  shell: ['api/client', 'api/contract'],
  // Runs in a browser: of others it has types, and what is as true there.
  console: ['api/contract', 'api/client/event-stream.ts', 'shell/format.ts', 'shell/printable.ts'],
  lab: [],
  demo: ['lab', 'shell', 'api/client', 'api/contract', 'daemon'],
  daemon: [
    'api',
    'bundles',
    'docker',
    'domain',
    'installation',
    'journal',
    'manifest',
    'notify',
    'reconcile',
    'runner',
    'sequences',
    'slots',
  ],
  'main.ts': ['daemon', 'shell', 'lab', 'api'],
};

/** Packages and Node modules that only one folder may know. */
const ONLY_IN: [string, string[]][] = [
  ['dockerode', ['docker']],
  ['docker-modem', ['docker']],
  ['node:sqlite', ['journal']],
  ['@inquirer/core', ['shell']],
  ['ink', ['shell']],
  ['react', ['shell']],
];

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s(?:[^'";]*?\sfrom\s)?\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/g;
const RE_EXPORT = /(?:^|\n)export\s+(?:type\s+)?(?:\*|\{)[^;]*?\sfrom\s/;

const fits = (file: string, folder: string) => file === folder || file.startsWith(`${folder}/`);
const folderOf = (file: string) =>
  Object.keys(MAY_IMPORT)
    .filter((folder) => fits(file, folder))
    .sort((a, b) => b.length - a.length)[0];

function filesBelow(root: string): string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .sort();
}

function importsOf(root: string, file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(IMPORT)].map(([, fixed, dynamic]) => fixed ?? dynamic ?? '');
}

const inTree = (root: string, file: string, target: string) => relative(root, resolve(root, dirname(file), target));

function importViolations(root: string, file: string): string[] {
  const folder = folderOf(file);
  if (folder === undefined) return [`${file}: no rule says what this folder may import`];
  return importsOf(root, file).flatMap((target) => {
    if (target.startsWith('.')) {
      const imported = inTree(root, file, target);
      const allowed = fits(imported, folder) || MAY_IMPORT[folder]?.some((other) => fits(imported, other));
      return allowed ? [] : [`${file}: imports ${imported}, which ${folder} must not`];
    }
    const rule = ONLY_IN.find(([name]) => target === name || target.startsWith(`${name}/`));
    if (rule?.[1].every((place) => !fits(file, place))) return [`${file}: imports ${target}, which is ${rule[1]}'s`];
    const isDomain = folder === 'domain';
    return isDomain ? [`${file}: imports ${target}, and domain imports nothing`] : [];
  });
}

function cycles(root: string, files: string[]): string[] {
  const found: string[] = [];
  const finished = new Set<string>();
  const visit = (file: string, way: string[]): void => {
    const start = way.indexOf(file);
    if (start >= 0) found.push(`cycle: ${[...way.slice(start), file].join(' → ')}`);
    if (start >= 0 || finished.has(file) || !files.includes(file)) return;
    const targets = importsOf(root, file).filter((target) => target.startsWith('.'));
    for (const target of targets) visit(inTree(root, file, target), [...way, file]);
    finished.add(file);
  };
  for (const file of files) visit(file, []);
  return found;
}

/** Everything in a source tree that breaks the house's rules. */
function violations(root: string): string[] {
  const files = filesBelow(root);
  return [
    ...files.flatMap((file) => importViolations(root, file)),
    ...cycles(root, files),
    ...files
      .filter((file) => /(^|\/)(index|utils?|helpers?|misc|common)(\.tsx?|\/)/.test(file))
      .map((file) => `${file}: says nothing`),
    ...files
      .filter((file) => RE_EXPORT.test(readFileSync(join(root, file), 'utf8')))
      .map((file) => `${file}: re-exports`),
  ];
}

describe('the house', () => {
  it('keeps its import rules', () => {
    expect(violations(SOURCE)).toEqual([]);
  });

  it('would notice each way of breaking them', async () => {
    const planted: [string, string, string][] = [
      [
        'domain/a.ts',
        "import { readFileSync } from 'node:fs';",
        'domain/a.ts: imports node:fs, and domain imports nothing',
      ],
      [
        'domain/b.ts',
        "import type { X } from '../slots/x.ts';",
        'domain/b.ts: imports slots/x.ts, which domain must not',
      ],
      [
        'slots/c.ts',
        "import {\n  a,\n  b,\n} from '../docker/x.ts';",
        'slots/c.ts: imports docker/x.ts, which slots must not',
      ],
      [
        'shell/d.tsx',
        "const x = await import('../journal/x.ts');",
        'shell/d.tsx: imports journal/x.ts, which shell must not',
      ],
      ['lab/e.ts', "import '../domain/json.ts';", 'lab/e.ts: imports domain/json.ts, which lab must not'],
      ['runner/f.ts', "import Docker from 'dockerode';", "runner/f.ts: imports dockerode, which is docker's"],
      ['daemon/g.ts', "import { x } from 'node:sqlite';", "daemon/g.ts: imports node:sqlite, which is journal's"],
      ['api/server/h.ts', "import { render } from 'ink';", "api/server/h.ts: imports ink, which is shell's"],
      [
        'api/contract/i.ts',
        "import { x } from '../server/x.ts';",
        'api/contract/i.ts: imports api/server/x.ts, which api/contract must not',
      ],
      ['slots/k.ts', "import './l.ts';", 'cycle: slots/k.ts → slots/l.ts → slots/k.ts'],
      ['slots/l.ts', "import './k.ts';", ''],
      ['slots/index.ts', '', 'slots/index.ts: says nothing'],
      ['runner/m.ts', "export { x } from './n.ts';", 'runner/m.ts: re-exports'],
      ['elsewhere/o.ts', '', 'elsewhere/o.ts: no rule says what this folder may import'],
    ];
    const root = await mkdtemp(join(tmpdir(), 'belay-house-'));
    try {
      for (const [file, text] of planted) {
        mkdirSync(dirname(join(root, file)), { recursive: true });
        writeFileSync(join(root, file), text);
      }
      const expected = planted.map(([, , violation]) => violation).filter((violation) => violation !== '');
      expect(violations(root).sort()).toEqual(expected.sort());
    } finally {
      await rm(root, { recursive: true });
    }
  });
});

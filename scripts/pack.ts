import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { MIGRATIONS } from '../src/journal/schema.ts';

/*
 * npm run pack             belay-VERSION.tgz: what `update cli VERSION from FILE` takes, and a first installation
 * npm run pack -- DIR      to another directory
 */
const PARTS = ['dist', 'bin', 'completions', 'docs', 'appliance.schema.json', 'README.md', 'CHANGELOG.md', 'LICENSE'];

/** Writes the package of what is in `dist`; returns its path. */
export function pack(root: string, directory: string): string {
  const { name, version, description, license, engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const work = mkdtempSync(join(tmpdir(), 'belay-pack-'));
  const top = join(work, `belay-${version}`);
  try {
    mkdirSync(top);
    for (const part of PARTS) cpSync(join(root, part), join(top, part), { recursive: true });
    const belay = { journalFormat: MIGRATIONS.length };
    const own = {
      name,
      version,
      description,
      license,
      type: 'module',
      bin: { belay: 'dist/belay.js' },
      engines,
      belay,
    };
    writeFileSync(join(top, 'package.json'), `${JSON.stringify(own, null, 2)}\n`);
    writeFileSync(join(top, 'SHA256SUMS'), sumsOf(top));
    const file = join(directory, `belay-${version}.tgz`);
    // The same sources make the same package.
    const same = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner', '--format=pax'];
    execFileSync('tar', [...same, '-czf', file, '-C', work, `belay-${version}`]);
    return file;
  } finally {
    rmSync(work, { recursive: true });
  }
}

/** The sums of all files of a package. */
export function sumsOf(directory: string): string {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
    .sort();
  return files
    .map(
      (name) =>
        `${createHash('sha256')
          .update(readFileSync(join(directory, name)))
          .digest('hex')}  ${name}\n`,
    )
    .join('');
}

if (import.meta.main) console.log(pack(join(import.meta.dirname, '..'), process.argv[2] ?? process.cwd()));

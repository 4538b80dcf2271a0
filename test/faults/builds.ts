import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Plugin } from 'esbuild';
import { bundle } from '../../scripts/bundle.mjs';
import { PLANTED_BUGS } from './planted-bugs.ts';

/** One exact piece of source, and what stands in its place in a build of the tests' own. */
export interface Change {
  file: string;
  piece: string;
  by: string;
}

/** Calls to the engine give up much sooner, so that a stall takes seconds to be noticed and not minutes. */
const IMPATIENT: readonly Change[] = [
  { file: 'src/docker/engine-connection.ts', piece: 'const DEADLINE_MS = 30_000;', by: 'const DEADLINE_MS = 5_000;' },
  { file: 'src/docker/engine-api.ts', piece: 'deadlineMs: 120_000', by: 'deadlineMs: 6_000' },
  { file: 'src/docker/engine-api.ts', piece: 'stopTimeoutMs + 30_000', by: 'stopTimeoutMs + 1_500' },
  {
    file: 'src/docker/docker-host.ts',
    piece: 'const STALL_TIMEOUT_MS = 60_000;',
    by: 'const STALL_TIMEOUT_MS = 3_000;',
  },
];

/** Every build of the tests' own, by name. */
export const CHANGES = { impatient: IMPATIENT, ...PLANTED_BUGS };
export type BuildName = keyof typeof CHANGES;

const root = resolve(import.meta.dirname, '../..');
const made = new Map<BuildName, Promise<string>>();

/** The program of a test build that differs by the changes of this name. Fails where a piece is not in the source any more. */
export function programOf(name: BuildName): Promise<string> {
  const program = made.get(name) ?? build(name);
  made.set(name, program);
  return program;
}

async function build(name: BuildName): Promise<string> {
  const directory = join(tmpdir(), `belay-build-${process.pid}-${name.replaceAll(' ', '-')}`);
  const changed = new Set<string>();
  await bundle(directory, { hasCrashPoints: true, plugins: [replacing(CHANGES[name], changed)] });
  const idle = CHANGES[name].filter(({ file }) => !changed.has(file));
  if (idle.length > 0) throw new Error(`${name}: nothing of ${idle[0]?.file} is in the bundle`);
  return join(directory, 'belay.js');
}

function replacing(changes: readonly Change[], changed: Set<string>): Plugin {
  return {
    name: 'replacing',
    setup(builder) {
      builder.onLoad({ filter: /\/src\/.*\.ts$/ }, async ({ path }) => {
        const own = changes.filter(({ file }) => join(root, file) === path);
        if (own.length === 0) return undefined;
        let contents = await readFile(path, 'utf8');
        for (const { file, piece, by } of own) {
          if (!contents.includes(piece)) throw new Error(`${file} does not say "${piece}" any more`);
          contents = contents.replaceAll(piece, by);
          changed.add(file);
        }
        return { contents, loader: 'ts' };
      });
    },
  };
}

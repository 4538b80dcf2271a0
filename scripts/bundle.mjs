import { chmod, copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');
const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
const absent = join(import.meta.dirname, 'absent-module.cjs');
const absentModules = ['react-devtools-core', 'ssh2', '@grpc/grpc-js', '@grpc/proto-loader', 'protobufjs'];

// Bundled CommonJS modules call `require` for Node's own.
const banner =
  "import { createRequire as createRequire_ } from 'node:module'; const require = createRequire_(import.meta.url);";

/** Two bundles that load each other as finished files. Both are named after their sources. */
const apart = ['src/shell/shell.ts', 'src/shell/session.ts'].map((source) => join(root, source));
const loadedApart = {
  name: 'loaded-apart',
  setup(builder) {
    builder.onResolve({ filter: /\/(?:shell|session)\.ts$/ }, ({ kind, path, resolveDir }) => {
      if (kind !== 'dynamic-import' || !apart.includes(join(resolveDir, path))) return undefined;
      return { path: `./${basename(path, '.ts')}.js`, external: true };
    });
  },
};

/**
 * Bundles the program into `directory`: split, so that the prompt does not load what it does not show.
 * `plugins` are esbuild's, for a build that differs from the shipped one.
 */
export async function bundle(directory, { hasCrashPoints, plugins = [] }) {
  const outdir = resolve(root, directory);
  const options = {
    absWorkingDir: root,
    outdir,
    bundle: true,
    platform: 'node',
    target: 'node26',
    format: 'esm',
    // Names stay, for the sake of stack traces.
    minifySyntax: true,
    minifyWhitespace: true,
    jsx: 'automatic',
    legalComments: 'none',
    logLevel: 'warning',
    banner: { js: banner },
    alias: Object.fromEntries(absentModules.map((name) => [name, absent])),
    plugins: [loadedApart, ...plugins],
    define: {
      __BELAY_VERSION__: JSON.stringify(version),
      __CRASH_POINTS__: String(hasCrashPoints),
      'process.env.NODE_ENV': '"production"',
      'process.env.DEV': '"false"',
    },
  };
  await rm(outdir, { recursive: true, force: true });
  await Promise.all([
    build({
      ...options,
      splitting: true,
      entryPoints: {
        belay: 'src/main.ts',
        session: 'src/shell/session.ts',
        lab: 'src/lab/main.ts',
        demo: 'src/demo/main.ts',
      },
    }),
    // What draws the prompt is one file: each more takes as long to load as all that is in it.
    build({ ...options, entryPoints: { shell: 'src/shell/shell.ts' } }),
    // The embedded engine runs it as a process of its own, with nothing else loaded.
    build({ ...options, entryPoints: { 'sample-appliance': 'src/lab/sample-appliance.ts' } }),
  ]);
  await bundleConsole(join(outdir, 'console'));
  const program = join(outdir, 'belay.js');
  await writeFile(program, `#!/usr/bin/env node\n${await readFile(program, 'utf8')}`);
  await chmod(program, 0o755);
}

/** The web page: one script for browsers beside its style and its frame, which the daemon serves as they are. */
async function bundleConsole(outdir) {
  const source = join(root, 'src/console');
  await mkdir(outdir, { recursive: true });
  await Promise.all([
    build({
      absWorkingDir: root,
      entryPoints: { console: 'src/console/main.ts' },
      outdir,
      bundle: true,
      platform: 'browser',
      target: ['chrome111', 'firefox115', 'safari16.4'],
      format: 'esm',
      minify: true,
      legalComments: 'none',
      logLevel: 'warning',
    }),
    ...['index.html', 'console.css', 'icon.svg'].map((name) => copyFile(join(source, name), join(outdir, name))),
  ]);
}

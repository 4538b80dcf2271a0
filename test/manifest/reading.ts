import { type ManifestReading, readManifest } from '../../src/manifest/read-manifest.ts';

/** Reads a manifest that lies in /srv/acme. */
export const reading = (text: string, files: Record<string, string> = {}): ManifestReading =>
  readManifest({ file: 'appliance.yaml', directory: '/srv/acme', text, files });

/** What is wrong with it, as people see it: `3:12 sentence`. */
export const problemsOf = (text: string, files: Record<string, string> = {}): string[] =>
  reading(text, files).problems.map(({ line, column, message }) => `${line}:${column} ${message}`);

/** A manifest of one service, with these lines in it. */
export const oneService = (...lines: string[]): string =>
  ['services:', '  server:', '    image: acme/server:1.0', ...lines.map((line) => `    ${line}`), ''].join('\n');

import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fitsName } from '../domain/stale-lock.ts';

const MAX_FOUND = 100;

/** Files below a directory whose path fits a pattern, name by name. Follows no link, and stops at a hundred. */
export async function findFiles(root: string, pattern: string): Promise<{ path: string; mtimeMs: number }[]> {
  let paths = [''];
  const names = pattern.split('/').filter((name) => name !== '' && name !== '.');
  if (names.includes('..')) return [];
  for (const [index, name] of names.entries()) {
    const isLast = index === names.length - 1;
    const next: string[] = [];
    for (const path of paths) {
      const entries = await readdir(join(root, path), { withFileTypes: true }).catch(() => []);
      const fitting = entries.filter((entry) => fitsName(entry.name, name) && (isLast || entry.isDirectory()));
      next.push(...fitting.map((entry) => join(path, entry.name)));
    }
    paths = next.slice(0, MAX_FOUND);
  }
  const found = await Promise.all(
    paths.map(async (path) => ({
      path,
      mtimeMs: (await lstat(join(root, path)).catch(() => null))?.mtimeMs ?? Number.POSITIVE_INFINITY,
    })),
  );
  return found.filter(({ mtimeMs }) => Number.isFinite(mtimeMs));
}

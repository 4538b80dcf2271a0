import { createHash } from 'node:crypto';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Everything about a tree that an administrator could notice, one line per entry: type, mode, owner, size,
 * time of modification to the nanosecond, and content. Two trees are the same where their lines are.
 */
export async function fingerprint(root: string): Promise<string[]> {
  const lines: string[] = [];
  for (const path of ['', ...(await entriesBelow(root, ''))].sort())
    lines.push(`${path} ${await describe(join(root, path))}`);
  return lines;
}

/** Names and content only: what a server that touches its files at every start leaves the same. */
export async function contents(root: string): Promise<string[]> {
  return (await fingerprint(root))
    .map((line) => line.replace(/ mtime=\d+/, ''))
    .filter((line) => !line.includes(' directory '));
}

async function entriesBelow(root: string, path: string): Promise<string[]> {
  if (!(await lstat(join(root, path))).isDirectory()) return [];
  const below: string[] = [];
  for (const name of await readdir(join(root, path))) {
    const entry = path === '' ? name : `${path}/${name}`;
    below.push(entry, ...(await entriesBelow(root, entry)));
  }
  return below;
}

async function describe(path: string): Promise<string> {
  const status = await lstat(path, { bigint: true });
  const about = `mode=${(status.mode & 0o7777n).toString(8)} owner=${status.uid}:${status.gid} mtime=${status.mtimeNs}`;
  if (status.isDirectory()) return `directory ${about}`;
  if (status.isSymbolicLink()) return `link ${about} to ${await readlink(path)}`;
  if (!status.isFile()) return `special ${about}`;
  return `file ${about} size=${status.size} ${createHash('sha256')
    .update(await readFile(path))
    .digest('hex')}`;
}

import { createHash } from 'node:crypto';
import { lstat, readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { CliPackage } from '../domain/cli-release.ts';
import { BelayError } from '../domain/errors.ts';
import { isVersion } from '../domain/version.ts';
import { PROGRAM } from './layout.ts';

/** What a package says of itself, and the sums of all its other files. Both are written by `npm run pack`. */
const DESCRIPTION = 'package.json';
const SUMS = 'SHA256SUMS';
const LONGEST_LIST_BYTES = 1 << 20;

/**
 * Reads a package of Belay that lies in a directory, and holds every file against its sum: nothing may lack, be changed,
 * or be there besides. `refused` where it is not one.
 */
export async function verifyPackage(directory: string): Promise<CliPackage> {
  const description = await describedIn(directory);
  const sums = await sumsIn(directory);
  const files = await filesIn(directory);
  for (const name of files) {
    if (name !== SUMS && !sums.has(name)) throw notSound(`${name} is not one of its files`);
  }
  for (const [name, sum] of sums) {
    if (!files.includes(name)) throw notSound(`${name} is missing`);
    const found = createHash('sha256')
      .update(await readFile(join(directory, name)))
      .digest('hex');
    if (found !== sum) throw notSound(`${name} is damaged`);
  }
  if (!sums.has(PROGRAM)) throw notSound(`it has no ${PROGRAM}`);
  return description;
}

/** What it says of itself, unverified. */
export async function describedIn(directory: string): Promise<CliPackage> {
  const text = await readFile(join(directory, DESCRIPTION), 'utf8').catch(() => null);
  if (text === null) throw notOne(`${directory} has no ${DESCRIPTION}`);
  const { name, version, engines, belay } = parsed(text);
  const leastNode = Number(/^>=(\d{1,4})$/.exec(String(engines?.node))?.[1] ?? Number.NaN);
  const journalFormat = belay?.journalFormat;
  if (name !== 'belay' || typeof version !== 'string' || !isVersion(version)) throw notOne('it is of another program');
  if (!Number.isInteger(journalFormat) || !Number.isInteger(leastNode)) {
    throw notOne('it does not say which journal it reads (npm run pack makes a package)');
  }
  return { version, journalFormat: journalFormat as number, leastNode };
}

interface Description {
  name?: unknown;
  version?: unknown;
  engines?: { node?: unknown };
  belay?: { journalFormat?: unknown };
}

function parsed(text: string): Description {
  try {
    return (JSON.parse(text) as Description | null) ?? {};
  } catch {
    throw notOne(`its ${DESCRIPTION} cannot be read`);
  }
}

async function sumsIn(directory: string): Promise<Map<string, string>> {
  const path = join(directory, SUMS);
  const found = await lstat(path).catch(() => null);
  if (!found?.isFile() || found.size > LONGEST_LIST_BYTES) throw notOne(`it has no ${SUMS}`);
  const lines = (await readFile(path, 'utf8')).split('\n').filter((line) => line !== '');
  return new Map(
    lines.map((line) => {
      const [, sum, name] = /^([0-9a-f]{64}) {2}(.+)$/.exec(line) ?? [];
      if (sum === undefined || name === undefined) throw notSound(`${SUMS} cannot be read`);
      return [name, sum] as const;
    }),
  );
}

async function filesIn(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => {
      const name = relative(directory, join(entry.parentPath, entry.name));
      if (!entry.isFile()) throw notSound(`${name} is not a plain file`);
      return name;
    });
}

export const notOne = (why: string): BelayError =>
  new BelayError('refused', `That is no package of Belay: ${why}.`, { hint: 'Nothing has been changed.' });

export const notSound = (why: string): BelayError =>
  new BelayError('refused', `The package of Belay is not sound: ${why}.`, {
    hint: 'Nothing has been changed. Bring the file over again.',
  });

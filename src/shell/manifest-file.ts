import { isUtf8 } from 'node:buffer';
import { readFile, realpath, stat } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import type { Client } from '../api/client/client.ts';
import type { ManifestCheckView, ManifestInput } from '../api/contract/manifest-views.ts';
import { ShellError } from './failure.ts';

const MAX_MANIFEST_BYTES = 256 * 1024;
const MAX_ENV_FILE_BYTES = 64 * 1024;

const OTHER_FILE = 'Name the manifest itself, as in: check manifest /srv/acme/appliance.yaml';

export interface CheckedManifest {
  input: ManifestInput;
  check: ManifestCheckView;
}

/**
 * Reads a manifest, `.env` beside it and the environment files that it names, and has the daemon check it.
 * Only files at and below the manifest's own directory are read, with the rights of whoever asks.
 */
export async function readManifestFile(
  path: string,
  client: Client,
  options: { name?: string | undefined; signal: AbortSignal },
): Promise<CheckedManifest> {
  const directory = dirname(resolve(path));
  const input: ManifestInput = { file: path, directory, text: await readText(path, MAX_MANIFEST_BYTES), files: {} };
  const dotEnv = await readBeside(directory, '.env');
  if (dotEnv !== null) input.files['.env'] = dotEnv;
  const name = options.name === undefined ? {} : { name: options.name };
  const check = await client.checkManifest({ manifest: input, ...name }, options.signal);
  if (check.wants.length === 0) return { input, check };
  for (const wanted of check.wants) {
    const text = await readBeside(directory, wanted);
    if (text !== null) input.files[wanted] = text;
  }
  return { input, check: await client.checkManifest({ manifest: input, ...name }, options.signal) };
}

/** As `readManifestFile`, and throws the first of its problems with how many there are besides. */
export async function readSoundManifest(
  path: string,
  client: Client,
  options: { name?: string | undefined; signal: AbortSignal },
): Promise<CheckedManifest> {
  const read = await readManifestFile(path, client, options);
  const [first, ...others] = read.check.problems;
  if (!first) return read;
  const more = others.length > 0 ? ` (and ${others.length} more)` : '';
  const message = `${first.file}:${first.line}:${first.column}: ${first.message}${more}`;
  throw new ShellError('usage', message, `See all that is wrong with it: check manifest ${path}`);
}

/** Null where there is no such file, or where it is a link that leads away from the directory. */
async function readBeside(directory: string, name: string): Promise<string | null> {
  const path = join(directory, name);
  const real = await realpath(path).catch(() => null);
  if (real === null || !real.startsWith(`${(await realpath(directory)).replace(/\/$/, '')}${sep}`)) return null;
  return readText(path, MAX_ENV_FILE_BYTES);
}

async function readText(path: string, mostBytes: number): Promise<string> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => unreadable(path, whyNot(error)));
  if (!found.isFile()) unreadable(path, 'it is not a file');
  if (found.size > mostBytes)
    throw new ShellError('usage', `${path} is larger than ${mostBytes / 1024} KiB.`, OTHER_FILE);
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => unreadable(path, whyNot(error)));
  if (isUtf8(bytes)) return bytes.toString('utf8');
  throw new ShellError('usage', `${path}:${brokenLine(bytes)}: this is not UTF-8.`, 'Save it as UTF-8.');
}

function unreadable(path: string, why: string): never {
  const hint = path.startsWith('~')
    ? 'A ~ is not read as a home directory here. Write the whole path: check manifest /root/appliance.yaml'
    : OTHER_FILE;
  throw new ShellError('usage', `${path} cannot be read: ${why}.`, hint);
}

function whyNot({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'there is no such file';
  return code === 'EACCES' ? 'you may not read it' : message;
}

/** Line and column of the first byte that is not UTF-8, from 1. */
function brokenLine(bytes: Buffer): string {
  let start = 0;
  for (let line = 1; ; line++) {
    const end = bytes.indexOf(0x0a, start);
    const text = bytes.subarray(start, end < 0 ? undefined : end);
    if (!isUtf8(text) || end < 0) {
      let sound = text.length;
      while (sound > 0 && !isUtf8(text.subarray(0, sound))) sound--;
      return `${line}:${text.subarray(0, sound).toString('utf8').length + 1}`;
    }
    start = end + 1;
  }
}

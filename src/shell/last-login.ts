import { constants } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { printable } from './printable.ts';
import { statePath } from './state-path.ts';

const LONGEST = 256;

export interface Login {
  at: string;
  /** The address of the other end; null where it was this machine. */
  from: string | null;
}

/** When this person came last, and keeps that they come now. Null the first time, or where nothing can be kept. */
export async function exchangeLogin(environment: NodeJS.ProcessEnv, now: Date): Promise<Login | null> {
  const path = statePath(environment, 'last-login');
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW;
    const file = await open(path, flags, 0o600);
    try {
      const buffer = Buffer.alloc(LONGEST);
      const { bytesRead } = await file.read(buffer, 0, LONGEST, 0);
      const from = (environment['SSH_CONNECTION'] ?? '').split(' ')[0]?.slice(0, 64) ?? '';
      await file.truncate(0);
      await file.write(`${now.toISOString()} ${from}\n`, 0);
      return readLogin(buffer.toString('utf8', 0, bytesRead));
    } finally {
      await file.close();
    }
  } catch {
    return null;
  }
}

function readLogin(text: string): Login | null {
  const [at = '', from = ''] = printable(text).trim().split(' ');
  return Number.isNaN(Date.parse(at)) ? null : { at, from: from === '' ? null : from };
}

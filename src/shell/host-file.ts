import { resolve } from 'node:path';
import { ShellError } from './failure.ts';

/** The whole name of a file on this host, for the daemon, which works elsewhere. A `~` is nobody's home here. */
export function hostFile(typed: string): string {
  if (typed.startsWith('~')) {
    throw new ShellError(
      'usage',
      'A ~ is not read as a home directory here.',
      'Write the whole path: /root/acme.belay',
    );
  }
  return resolve(typed);
}

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

async function succeeds(name: string, args: string[], words: RegExp = /^/): Promise<boolean> {
  try {
    return words.test((await run(name, args)).stdout);
  } catch {
    return false;
  }
}

let isGnu: Promise<boolean> | null = null;
let isComparing: Promise<boolean> | null = null;
let isBinding: Promise<boolean> | null = null;

/** Whether find and cp are GNU's, with what the fast ways need; elsewhere there are slower ones. */
export function hasGnuTools(): Promise<boolean> {
  isGnu ??= Promise.all([
    succeeds('find', ['/', '-maxdepth', '0', '-printf', '%C@ %P']),
    succeeds('cp', ['--version'], /GNU coreutils/),
  ]).then((answers) => answers.every(Boolean));
  return isGnu;
}

/** Whether a clone can be brought level with its source without copying everything again. */
export function hasComparingTools(): Promise<boolean> {
  isComparing ??= Promise.all([
    process.platform === 'linux',
    hasGnuTools(),
    // Each capability is listed by its name, or by `no NAME`.
    succeeds('rsync', ['--version'], /^(?!.*\bno (ACLs|xattrs|hardlinks)\b)/s),
  ]).then((answers) => answers.every(Boolean));
  return isComparing;
}

/**
 * The same command so that it dies with this process, where the system can: one that outlived a daemon that was
 * killed would write into what the next one takes away.
 */
export async function boundToThisProcess(name: string, args: string[]): Promise<[name: string, args: string[]]> {
  isBinding ??= succeeds('setpriv', ['--pdeathsig', 'KILL', 'true']);
  return (await isBinding) ? ['setpriv', ['--pdeathsig', 'KILL', name, ...args]] : [name, args];
}

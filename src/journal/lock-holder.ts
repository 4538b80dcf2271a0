import { readFileSync } from 'node:fs';

/** Where the holder of a lock writes who it is. */
export const pidFileOf = (lockPath: string): string => `${lockPath}.pid`;

/** The process that the lock's file names; null where none is named. It may have ended long ago. */
export function holderOf(path: string): number | null {
  try {
    const pid = Number(readFileSync(pidFileOf(path), 'utf8'));
    return Number.isInteger(pid) && pid > 0 ? pid : null;
  } catch {
    return null;
  }
}

/** Whether a process is there and does not run, for instance after SIGSTOP. */
export function isStopped(pid: number): boolean {
  try {
    return /^[Tt]/.test(readFileSync(`/proc/${pid}/stat`, 'latin1').replace(/^.*\) /s, ''));
  } catch {
    return false;
  }
}

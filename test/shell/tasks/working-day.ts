import { expect } from 'vitest';
import type { Screen } from '../screen.ts';
import { task } from './world.ts';

/** What an administrator does, in the order of a working day; each with what is typed. */
export async function workingDay(screen: Screen): Promise<void> {
  const earlier = (): string => /^(R[A-Z]{10})\s+1\.0 /m.exec(screen.lines().join('\n'))?.[1] ?? '';
  await task(screen, 'terminal length 0');
  // Find out what runs, and look after it.
  await task(screen, 'show containers | exclude name | count');
  await task(screen, 'adopt acme', 'yes');
  await task(screen, 'show system');
  // See what there is to upgrade to, what it costs, and do it.
  await task(screen, 'show versions');
  await task(screen, 'show upgrade plan 2.0');
  await task(screen, 'upgrade 2.0');
  await task(screen, 'upg sys 2.0', 'yes');
  await task(screen, 'show upgrade status');
  await task(screen, 'show log lines 1');
  // Understand a failure.
  await task(screen, 'upgrade system 2.1', 'yes');
  await task(screen, 'show upgrade status');
  await task(screen, 'show events | include by | count');
  // Go back, and return.
  await task(screen, 'show releases');
  const release = earlier();
  await task(screen, `show release ${release}`);
  await task(screen, 'show rollback plan');
  await task(screen, 'rollback system', 'no');
  await task(screen, 'rollback system', 'yes');
  await task(screen, 'show releases | include "active|rolled" | count');
  // Find an earlier change, keep evidence, get help.
  await task(screen, 'show upgrade history');
  await task(screen, 'show upgrade history | save changes');
  await task(screen, 'show files');
  await task(screen, 'delete file changes', 'yes');
  await task(screen, 'show rel');
  await task(screen, 'show relaeses');
  await task(screen, 'show terminal | yaml');
  await task(screen, 'help rollback');
  screen.type('show upgrade ?');
  await screen.until(() => screen.beforeCursor().endsWith('> show upgrade '), 'the line again');
  screen.type('\x15exit\r');
  await screen.untilShown('> exit');
  expect(await screen.exited).toBe(0);
}

import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

declare const __CRASH_POINTS__: boolean;

const POLL_MS = 5;

/**
 * Kills this process here when a test asked for it by name (`BELAY_CRASH_AT=stop:intent`), or holds the
 * operation here for as long as a file of that name is in the directory `BELAY_HOLD_IN`, and says that it
 * is held with `stop:intent.held` beside it. The shipped build replaces the constant by `false`, which
 * removes the body.
 */
export async function crashPoint(name: string): Promise<void> {
  if (typeof __CRASH_POINTS__ !== 'undefined' && __CRASH_POINTS__) {
    if (process.env['BELAY_CRASH_AT'] === name) process.kill(process.pid, 'SIGKILL');
    const directory = process.env['BELAY_HOLD_IN'];
    const hold = directory ? join(directory, name) : null;
    if (!hold || !existsSync(hold)) return;
    writeFileSync(`${hold}.held`, '');
    while (existsSync(hold)) await sleep(POLL_MS);
    rmSync(`${hold}.held`, { force: true });
  }
}

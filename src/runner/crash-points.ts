declare const __CRASH_POINTS__: boolean;

/**
 * Kills this process here when a test asked for it by name (`BELAY_CRASH_AT=stop:intent`). The shipped
 * build replaces the constant by `false`, which removes the body.
 */
export function crashPoint(name: string): void {
  if (typeof __CRASH_POINTS__ !== 'undefined' && __CRASH_POINTS__ && process.env['BELAY_CRASH_AT'] === name) {
    process.kill(process.pid, 'SIGKILL');
  }
}

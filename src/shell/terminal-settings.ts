/** What `terminal …` sets, for as long as the session lasts. */
export interface TerminalSettings {
  /** Lines of a page: 0 never stops, null is the height of the screen. */
  length: number | null;
  /** Columns of an answer; null is the width of the screen. */
  width: number | null;
  /** Whether what other sessions do is told. */
  monitor: boolean;
  /** Minutes without a key after which a session at its prompt ends; 0 is never. */
  idleMinutes: number;
}

export const MOST_IDLE_MINUTES = 10_080;

/** `BELAY_IDLE_TIMEOUT` says after how many idle minutes a session ends; anything but a number is passed over. */
export function initialSettings(environment: NodeJS.ProcessEnv): TerminalSettings {
  const asked = environment['BELAY_IDLE_TIMEOUT'] ?? '';
  const idleMinutes = /^\d{1,6}$/.test(asked) ? Math.min(Number(asked), MOST_IDLE_MINUTES) : 0;
  return { length: null, width: null, monitor: true, idleMinutes };
}

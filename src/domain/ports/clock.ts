/** Time since the machine was started, sleep included: within one boot nobody can set it. */
export interface BootTime {
  /** Tells one boot from another. */
  bootId: string;
  sinceBootMs: number;
}

/** Time as the daemon sees it. Durations are measured with `monotonicMs`: the wall clock jumps. */
export interface Clock {
  now(): Date;
  monotonicMs(): number;
  /** For what has to be measured over the life of several daemons. */
  bootTime(): BootTime;
  /** Resolves after `ms`; rejects with the signal's reason when it is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

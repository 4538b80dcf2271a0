/** Gives up what does not move: its signal aborts with a reason of its own once nothing has been said to move for so long. */
export interface StallWatch {
  signal: AbortSignal;
  moved: () => void;
  [Symbol.dispose]: () => void;
}

/** Watches from now until it is disposed of; `signal` ends what is watched as well. */
export function watchForStall(timeoutMs: number, reason: () => Error, signal?: AbortSignal): StallWatch {
  const stall = new AbortController();
  const watchdog = setTimeout(() => stall.abort(reason()), timeoutMs);
  return {
    signal: signal ? AbortSignal.any([signal, stall.signal]) : stall.signal,
    moved: () => watchdog.refresh(),
    [Symbol.dispose]: () => clearTimeout(watchdog),
  };
}

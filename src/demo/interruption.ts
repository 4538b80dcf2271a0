import { constants } from 'node:os';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface Interruption {
  /** Aborts when the demo is told to end, or when nobody reads what it prints any more. */
  signal: AbortSignal;
  /** As a shell has it: 130 after Ctrl-C. */
  exitCode(): number;
}

/** From here on no signal ends the process by itself: what was started is to be taken away first. */
export function listenForInterruption(): Interruption {
  const controller = new AbortController();
  let exitCode = 1;
  for (const name of SIGNALS) {
    process.on(name, () => {
      if (controller.signal.aborted) return;
      exitCode = 128 + constants.signals[name];
      controller.abort(new Error('Interrupted.'));
    });
  }
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', () => controller.abort(new Error('Nobody reads what the demo prints.')));
  }
  return { signal: controller.signal, exitCode: () => exitCode };
}

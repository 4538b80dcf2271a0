import type { World } from '../domain/ports/world.ts';

const POLL_MS = 500;

/** Waits for an engine that is restarting, or that comes up later than the daemon after a reboot. */
export async function engineAnswers({ host, clock }: World, signal?: AbortSignal): Promise<void> {
  for (;;) {
    signal?.throwIfAborted();
    try {
      await host.describe(signal);
      return;
    } catch {
      await clock.sleep(POLL_MS, signal);
    }
  }
}

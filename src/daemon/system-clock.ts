import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BootTime, Clock } from '../domain/ports/clock.ts';

/** Where the kernel does not tell, each daemon is a boot of its own: from one to the next the wall clock decides. */
const ownBoot = `daemon-${randomUUID()}`;

function bootTime(): BootTime {
  try {
    const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const sinceBootMs = Math.round(Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]) * 1_000);
    if (bootId !== '' && Number.isFinite(sinceBootMs)) return { bootId, sinceBootMs };
  } catch {
    // No /proc here, as on macOS.
  }
  return { bootId: ownBoot, sinceBootMs: Math.round(performance.now()) };
}

export const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
  bootTime,
  sleep: async (ms, signal) => {
    signal?.throwIfAborted();
    await sleep(ms, undefined, signal ? { signal } : {}).catch((error) => {
      signal?.throwIfAborted();
      throw error;
    });
  },
};

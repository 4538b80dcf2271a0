import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { systemClock } from '../../src/daemon/system-clock.ts';

it.skipIf(process.platform !== 'linux')(
  'tells this boot by the kernel’s word, and how long it has lasted',
  async () => {
    const { bootId, sinceBootMs } = systemClock.bootTime();
    expect(bootId).toBe(readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
    expect(sinceBootMs).toBeGreaterThan(1_000);
    await systemClock.sleep(50);
    const later = systemClock.bootTime();
    expect(later.bootId).toBe(bootId);
    expect(later.sinceBootMs - sinceBootMs).toBeGreaterThanOrEqual(30);
    expect(later.sinceBootMs - sinceBootMs).toBeLessThan(5_000);
  },
);

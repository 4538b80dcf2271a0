import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const POLLER = fileURLToPath(new URL('poller.ts', import.meta.url));

/** How long, in milliseconds, nobody got an answer from `url` while `work` ran. */
export async function downtimeOf(url: string, work: () => Promise<unknown>): Promise<number> {
  const poller = spawn(process.execPath, [POLLER, url], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  poller.stdout.on('data', (chunk) => {
    output += chunk;
  });
  try {
    for (let waitedMs = 0; !output.includes('answered'); waitedMs += 10) {
      if (waitedMs > 20_000) throw new Error(`nothing answers at ${url}`);
      await pause(10);
    }
    await pause(300);
    await work();
  } finally {
    poller.kill('SIGTERM');
    await once(poller, 'exit');
  }
  return Number(/longestGapMs ([\d.]+)/.exec(output)?.[1]);
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] as number;
}

import { setTimeout as sleep } from 'node:timers/promises';
import { askEngine, callEngine } from './private-engine/engine-api.ts';

const WITHIN_MS = 30_000;
const POLL_MS = 50;

interface Inspected {
  State: { Running: boolean; Health?: { Status: string } };
}

/** Waits until the container's own health check passes; rejects with the end of its log where it does not. */
export async function untilHealthy(socketPath: string, container: string, signal: AbortSignal): Promise<void> {
  for (const endMs = performance.now() + WITHIN_MS; performance.now() < endMs; ) {
    const { State } = await askEngine<Inspected>(socketPath, `/containers/${container}/json`);
    if (State.Health?.Status === 'healthy') return;
    if (!State.Running) break;
    await sleep(POLL_MS, undefined, { signal });
  }
  const { body } = await callEngine(socketPath, `/containers/${container}/logs?stdout=1&stderr=1&tail=3`);
  const words = body
    .toString()
    .replace(/[^\x20-\x7e]+/g, ' ')
    .trim();
  throw new Error(`The container ${container} does not get healthy; its log ends with: ${words || 'nothing.'}`);
}

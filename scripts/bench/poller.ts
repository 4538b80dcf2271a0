import { request } from 'node:http';
import { argv, exit } from 'node:process';

/**
 * A client of the appliance in a process of its own: asks every 5 ms, prints `answered` at the first
 * good answer, and after SIGTERM, as soon as it is answered again, the longest time between two as `longestGapMs N`.
 */
const [, , url = ''] = argv;
const INTERVAL_MS = 5;
const TIMEOUT_MS = 250;
const PATIENCE_MS = 60_000;

let lastGoodMs = performance.now();
let longestGapMs = 0;
let isFirst = true;

function ask(): void {
  const outgoing = request(url, { agent: false, timeout: TIMEOUT_MS }, (response) => {
    response.resume();
    response.once('end', () => {
      if (response.statusCode !== 200) return;
      const nowMs = performance.now();
      if (!isFirst) longestGapMs = Math.max(longestGapMs, nowMs - lastGoodMs);
      if (isFirst) console.log('answered');
      isFirst = false;
      lastGoodMs = nowMs;
    });
  });
  outgoing.on('timeout', () => outgoing.destroy());
  outgoing.on('error', () => {});
  outgoing.end();
}

setInterval(ask, INTERVAL_MS);
process.on('SIGTERM', () => {
  const askedMs = performance.now();
  // Only an answer after the work ends the gap that the work made.
  setInterval(() => {
    if (lastGoodMs < askedMs && performance.now() - askedMs < PATIENCE_MS) return;
    console.log(`longestGapMs ${longestGapMs.toFixed(1)}`);
    exit(0);
  }, INTERVAL_MS);
});

import { request } from 'node:http';
import { argv, exit } from 'node:process';

/**
 * A client of the appliance in a process of its own: asks every 5 ms, and prints on SIGTERM the longest
 * time between two good answers as `longestGapMs N`.
 */
const [, , url = ''] = argv;
const INTERVAL_MS = 5;
const TIMEOUT_MS = 250;

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
  console.log(`longestGapMs ${longestGapMs.toFixed(1)}`);
  exit(0);
});
console.log('polling');

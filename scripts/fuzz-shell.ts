import { resolve } from 'node:path';
import { fuzz } from '../test/shell/fuzz/fuzz.ts';

/**
 * Types random keys, pastes and resizes into the shipped shell: `npm run fuzz-shell`, or with how many and which seed,
 * as in `npm run fuzz-shell -- 100000 7`. Ends with 1 and the seed where the shell crashes, hangs, lets a hostile
 * character through, or leaves the terminal other than it was.
 */
const [count = '100000', seed = String(Date.now() % 1_000_000)] = process.argv.slice(2);
const found = await fuzz({
  program: resolve(import.meta.dirname, '../dist/belay.js'),
  count: Number(count),
  seed: Number(seed),
  say: (line) => console.log(line),
});
console.log(found === null ? `${count} keys, nothing found (seed ${seed})` : `seed ${seed}: ${found}`);
process.exitCode = found === null ? 0 : 1;

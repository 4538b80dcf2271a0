import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What an appliance may well have. A run takes fewer, and says so, unless it is told BELAY_TEST_FILES=200000. */
const ALL = 200_000;

export const manyFiles = Number(process.env['BELAY_TEST_FILES'] ?? 20_000);

if (manyFiles < ALL) {
  process.stderr.write(`\n*** ${manyFiles} SMALL FILES INSTEAD OF ${ALL}: for all of them BELAY_TEST_FILES=${ALL}\n\n`);
}

/** Small files, a thousand to a directory: `3/3017` holds `file 3017`. */
export function makeManyFiles(root: string, count: number): void {
  for (let index = 0; index < count; index++) {
    if (index % 1_000 === 0) mkdirSync(join(root, String(index / 1_000)));
    writeFileSync(join(root, `${Math.floor(index / 1_000)}/${index}`), `file ${index}`);
  }
}

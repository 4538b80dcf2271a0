import { resolve } from 'node:path';
import { startPrivateEngine } from '../src/demo/private-engine/private-engine.ts';
import { type Figure, rollbackBySize, upgradeAgainstBareRestart, upgradeAgainstTarball } from './bench/downtime.ts';
import { rollbackOfEngines, rollbackOfManyEngines } from './bench/engines.ts';
import { keyPressAmongMany } from './bench/key-press.ts';
import { longHistory } from './bench/long-history.ts';
import { BenchServer, withBelay } from './bench/server.ts';
import { promptAgainstNode } from './bench/start-up.ts';

/**
 * Every claim about speed, as ratios measured in this one run. `npm run bench` runs all of them,
 * `npm run bench -- a d` some.
 */
const program = resolve(import.meta.dirname, '../dist/belay.js');
const MEBIBYTE = 1024 ** 2;

function report(figures: readonly Figure[]): number {
  for (const { what, measured, ratio, wanted, isGood } of figures) {
    console.log(`${isGood ? '✔' : '✖'} ${what}`);
    console.log(`    ${measured}: ratio ${ratio.toFixed(2)}, wanted ${wanted}`);
  }
  return figures.every(({ isGood }) => isGood) ? 0 : 1;
}

async function main(wanted: string[]): Promise<number> {
  if (wanted.length > 0 && wanted.every((name) => /^[ef]/.test(name))) {
    const figures = wanted.some((name) => name.startsWith('e')) ? [await keyPressAmongMany(program)] : [];
    return report(
      wanted.some((name) => name.startsWith('f')) ? [...figures, ...(await longHistory(program))] : figures,
    );
  }
  const engine = await startPrivateEngine('bench');
  const context = { engine, program };
  const benches: Record<string, () => Promise<Figure>> = {
    a: () => upgradeAgainstBareRestart(context),
    b: () => rollbackBySize(context),
    c1: () => upgradeAgainstTarball(context, { what: '1 GiB', sizeBytes: 1024 * MEBIBYTE, files: 64, wanted: 50 }),
    c2: () =>
      upgradeAgainstTarball(context, {
        what: '50,000 small files',
        sizeBytes: 200 * MEBIBYTE,
        files: 50_000,
        wanted: 10,
      }),
    d: async () => {
      const server = new BenchServer(engine, 'prompt');
      await server.makeImages(['1.0']);
      await server.run('1.0');
      let figure: Figure | null = null;
      await withBelay(engine, server, program, async (belay) => {
        figure = await promptAgainstNode(belay, program);
      });
      await server.remove();
      return figure as unknown as Figure;
    },
    e1: () => keyPressAmongMany(program),
    g1: () => rollbackOfEngines(context),
    g2: () => rollbackOfManyEngines(),
  };
  let isGood = true;
  try {
    for (const [name, bench] of Object.entries(benches)) {
      if (wanted.length > 0 && !wanted.includes(name) && !wanted.includes(name.slice(0, 1))) continue;
      const figure = await bench();
      isGood = report([figure]) === 0 && isGood;
    }
    if (wanted.length === 0) isGood = report(await longHistory(program)) === 0 && isGood;
  } finally {
    await engine.stop();
  }
  return isGood ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));

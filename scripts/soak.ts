import { parseArgs } from 'node:util';
import { runSeeds, seedsFrom } from '../test/simulation/fleet.ts';
import { PLANTS, type PlantName } from '../test/simulation/plants.ts';
import { Tally } from '../test/simulation/tally.ts';

const USAGE = `usage: npm run soak                    simulates until it is stopped or finds a violation
       npm run soak -- 10000           so many seeds
       npm run soak -- --seed 4711     one of them again, with everything that happened
       npm run soak -- --first 5000    begins with another one than 1
       npm run soak -- --plant NAME    with a bug that is to be found; --plants lists them`;
const PROGRESS_EVERY = 500;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string' },
    first: { type: 'string', default: '1' },
    plant: { type: 'string' },
    plants: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const count = positionals.length > 0 ? Number(positionals[0]) : undefined;
const first = Number(values.first);
if (values.help || positionals.length > 1 || Number.isNaN(first) || Number.isNaN(count ?? 0)) {
  console.error(USAGE);
  process.exit(2);
}
if (values.plants || (values.plant !== undefined && !(values.plant in PLANTS))) {
  console.log(Object.keys(PLANTS).join('\n'));
  process.exit(values.plants ? 0 : 2);
}

const plant = values.plant as PlantName | undefined;
const tally = new Tally();
const startedMs = performance.now();

function say(): void {
  const seconds = (performance.now() - startedMs) / 1_000;
  const virtualDays = (tally.virtualMs / 86_400_000).toFixed(1);
  const rate = (tally.seeds / seconds).toFixed(0);
  console.log(`${tally.seeds} seeds, ${rate} a second, ${virtualDays} virtual days, ${tally.failed.length} violated`);
}

process.once('SIGINT', () => {
  say();
  process.exit(tally.failed.length > 0 ? 1 : 0);
});

await runSeeds({
  seeds: values.seed === undefined ? seedsFrom(first, count) : [values.seed][Symbol.iterator](),
  ...(plant ? { plant } : {}),
  traced: values.seed !== undefined,
  onReport: (report) => {
    tally.add(report);
    if (values.seed !== undefined) console.log(report.trace.join('\n'));
    if (tally.seeds % PROGRESS_EVERY === 0) say();
    return report.violations.length > 0;
  },
});

say();
if (tally.seeds > 1) {
  for (const line of tally.table()) console.log(`  ${line}`);
  for (const [end, times] of [...tally.ends].sort(([, a], [, b]) => b - a)) console.log(`  ${times} ${end}`);
}
for (const { seed, violations } of tally.failed) {
  console.log(`\nseed ${seed} violates the promise:`);
  for (const violation of violations) console.log(`  ${violation}`);
  console.log(
    `again, with everything that happened: npm run soak -- --seed ${seed}${plant ? ` --plant '${plant}'` : ''}`,
  );
}
process.exit(tally.failed.length > 0 ? 1 : 0);

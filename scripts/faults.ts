import { parseArgs } from 'node:util';
import { killsLines, runKills } from '../test/faults/kills.ts';
import { FAULTS } from '../test/faults/rows.ts';
import { runFaults } from '../test/faults/run-faults.ts';
import { tableOf, violationsOf } from '../test/faults/table.ts';

/*
 * npm run faults                            every fault at every step to which it applies, and one table
 * npm run faults -- 3 6 --step pull         a part: rows, steps, scenarios (--during upgrade), phases (--phase intent)
 * npm run faults -- --stages 2              with so many engines at once
 * npm run faults -- kills 100 --seed 7      random kills of the daemon and of dockerd during 100 operations
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    step: { type: 'string', multiple: true, default: [] },
    during: { type: 'string', multiple: true, default: [] },
    phase: { type: 'string', multiple: true, default: [] },
    seed: { type: 'string' },
    stages: { type: 'string', default: '1' },
  },
});

const say = (line: string) => process.stdout.write(`${line}\n`);

async function kills(operations: number, seed: number): Promise<number> {
  say(`seed ${seed}`);
  const report = await runKills(operations, seed, say);
  for (const line of killsLines(report)) say(line);
  return report.violations.length;
}

async function table(rows: number[]): Promise<number> {
  if (rows.some((row) => !Number.isInteger(row))) throw new Error(`not a row: ${positionals.join(' ')}`);
  const selection = { rows, steps: values.step, scenarios: values.during, phases: values.phase };
  const told: Parameters<typeof runFaults>[2] = ({ fault, scenario }, { place, end, recoveryMs, violations }) => {
    const at = `${scenario.name}, ${place.step}:${place.phase}`;
    say(`${fault.row} ${fault.name}, ${at}: ${end}, ${(recoveryMs / 1_000).toFixed(1)} s`);
    for (const violation of violations) say(`    ✗ ${violation}`);
  };
  const lines = await runFaults(FAULTS, selection, told, Number(values.stages));
  if (lines.length === 0) throw new Error('nothing is selected');
  const violations = violationsOf(lines);
  say(`${tableOf(lines)}\n\n${violations.length} violations`);
  for (const violation of violations) say(`  ${violation}`);
  return violations.length;
}

const [first, count = '100'] = positionals;
const broken =
  first === 'kills'
    ? await kills(Number(count), Number(values.seed ?? Date.now() % 1_000_000))
    : await table(positionals.map(Number));
process.exitCode = broken > 0 ? 1 : 0;

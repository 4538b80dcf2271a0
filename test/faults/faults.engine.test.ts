import { expect, it } from 'vitest';
import { describeOnEngine } from '../support/on-engine.ts';
import { killsLines, runKills } from './kills.ts';
import { FAULTS } from './rows.ts';
import { runFaults } from './run-faults.ts';
import { violationsOf } from './table.ts';

const quick = FAULTS.filter((fault) => fault.quick);

describeOnEngine('every row of the faults, each at one place', () => {
  const stages = [...new Set(quick.map((fault) => JSON.stringify(fault.stage ?? {})))];

  it.each(stages)('on a stage with %s', { timeout: 300_000 }, async (options) => {
    const own = quick.filter((fault) => JSON.stringify(fault.stage ?? {}) === options);
    const lines = await runFaults(own, 'quick');
    expect(violationsOf(lines)).toEqual([]);
    expect(lines.flatMap(({ cells }) => cells)).toHaveLength(own.length);
  });

  it('random kills lose nothing', { timeout: 300_000 }, async () => {
    const seed = Date.now() % 1_000_000;
    const report = await runKills(5, seed);
    expect([`seed ${seed}`, ...report.violations], killsLines(report).join('\n')).toEqual([`seed ${seed}`]);
  });
});

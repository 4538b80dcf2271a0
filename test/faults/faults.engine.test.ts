import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeOnEngine } from '../support/on-engine.ts';
import { killsLines, runKills } from './kills.ts';
import { FAULTS } from './rows.ts';
import { runCell } from './run-cell.ts';
import { SCENARIOS } from './scenario.ts';
import { Stage } from './stage.ts';

const quick = FAULTS.filter((fault) => fault.quick);
const stageOf = (fault: (typeof FAULTS)[number]) => JSON.stringify(fault.stage ?? {});
const stages = [...new Set(quick.map(stageOf))];

describeOnEngine('every row of the faults, each at one place', () => {
  describe.each(stages)('on a stage with %s', (options) => {
    let stage: Stage;
    beforeAll(async () => {
      stage = await Stage.set(JSON.parse(options));
    });
    afterAll(async () => stage?.close());

    it.each(quick.filter((fault) => stageOf(fault) === options))('row $row: $name', async (fault) => {
      const place = fault.quick;
      const scenario = SCENARIOS.find(({ name }) => name === place?.scenario);
      if (!place || !scenario) throw new Error('it is not said where it is planted');
      const { violations } = await runCell(stage, fault, scenario, place);
      if (violations.length > 0 || fault.spoils) await stage.renew();
      expect(violations).toEqual([]);
    });
  });

  it('random kills of the daemon and of dockerd lose nothing', { timeout: 300_000 }, async () => {
    const seed = 7;
    const report = await runKills(6, seed);
    expect([`seed ${seed}`, ...report.violations], killsLines(report).join('\n')).toEqual([`seed ${seed}`]);
  });
});

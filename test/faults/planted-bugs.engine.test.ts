import { afterAll, expect, it } from 'vitest';
import { describeOnEngine } from '../support/on-engine.ts';
import type { BuildName } from './builds.ts';
import { PLANTED_BUGS } from './planted-bugs.ts';
import { FAULTS } from './rows.ts';
import { runCell } from './run-cell.ts';
import { SCENARIOS } from './scenario.ts';
import { Stage } from './stage.ts';

/** Which fault, at which point of an upgrade, must find each bug, and by what. */
const FOUND_BY: Record<keyof typeof PLANTED_BUGS, { fault: string; at: string; because: RegExp }> = {
  'no flush before the commit': { fault: 'power cut', at: 'commit:done', because: /may be/ },
  'no delta': { fault: 'daemon kill -9', at: 'commit:done', because: /may be/ },
  'no comparison of content': {
    fault: 'file written through mmap during the clone',
    at: 'pre-copy:intent',
    because: /written last through mmap is missing/,
  },
  'restart policy left on before the stop': { fault: 'host reboot', at: 'delta:intent', because: /by itself/ },
  'restart policy left off after the commit': {
    fault: 'host reboot',
    at: 'restart-policy:intent',
    because: /restart policy|settings/,
  },
  'pulled by tag': { fault: 'tag moved after the plan, in the registry and here', at: 'pull:intent', because: /./ },
  'started on the old slot': { fault: 'daemon kill -9', at: 'commit:done', because: /mounts/ },
};

describeOnEngine('the harness finds a planted bug', () => {
  let stage: Stage | null = null;
  afterAll(async () => stage?.close());

  it.each(Object.keys(PLANTED_BUGS) as (keyof typeof PLANTED_BUGS)[])('%s', async (bug) => {
    const { fault: name, at, because } = FOUND_BY[bug];
    const fault = FAULTS.find((one) => one.name === name);
    const [scenario] = SCENARIOS;
    if (!fault || !scenario) throw new Error(`there is no fault ${name}`);
    const [step = '', phase = ''] = at.split(':');
    stage = await Stage.set({ ...fault.stage, build: bug satisfies BuildName });
    const { violations } = await runCell(stage, fault, scenario, { scenario: 'upgrade', step, phase });
    expect(violations.join('\n')).toMatch(because);
    await stage.close();
    stage = null;
  });
});

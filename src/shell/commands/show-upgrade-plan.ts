import { command } from '../command.ts';
import { version } from '../kinds.ts';
import { confirmWithin, force, upgradeInput } from '../parameters.ts';
import { upgradePlanLines } from '../views/plans.ts';

export const showUpgradePlan = command({
  words: ['show', 'upgrade', 'plan'],
  summary: 'What an upgrade would do; changes nothing',
  about: 'The steps, the space, the downtime to expect, and what happens to each mount.',
  effect: 'looks',
  examples: ['show upgrade plan 2.1.0'],
  parameters: [{ name: 'version', kind: version, help: 'The version to plan for' }, confirmWithin, force],
  async run(values, { client, output, signal, nowMs, answer }) {
    const screen = { width: output.width, nowMs: nowMs(), paint: output.paint };
    const { version, confirmWithin } = values;
    const within = confirmWithin === undefined ? '' : ` confirm-within ${confirmWithin}`;
    return answer(
      await client.upgradePlan(upgradeInput(values), signal),
      (plan) => upgradePlanLines(plan, screen, 'with steps'),
      ({ obstacles }) =>
        obstacles.length === 0
          ? [{ purpose: 'To do it', line: `upgrade system ${version}${within}${values.force ? ' force' : ''}` }]
          : [],
    );
  },
});

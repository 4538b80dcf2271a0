import type { PromotionInput } from '../../api/contract/promotion.ts';
import { carryOut } from '../carry-out.ts';
import { command } from '../command.ts';
import { confirmWithin, force } from '../parameters.ts';
import { earlierRelease } from '../release-kinds.ts';
import { resolveRelease } from '../resolve-release.ts';
import { promotionPlanLines } from '../views/plans.ts';

const parameters = [
  { name: 'release', kind: earlierRelease, help: 'The release to bring back' },
  confirmWithin,
  force,
] as const;

const inputOf = (release: string, values: { confirmWithin: string | undefined; force: boolean }): PromotionInput => ({
  release,
  ...(values.confirmWithin === undefined ? {} : { confirmWithin: values.confirmWithin }),
  ...(values.force ? { force: true } : {}),
});

export const promoteRelease = command({
  words: ['promote', 'release'],
  summary: "Bring an earlier release back with today's data",
  about:
    "Takes that release's version and configuration, and a copy of today's data: a new release on top of the list, " +
    'which takes over only when it has proved itself. What runs and its data stay for rollback system. To go back to ' +
    'the data of then as well: rollback system to RELEASE',
  effect: 'changes',
  examples: ['promote release RHKOIXXVDMJ', 'promote release RHKOIXXVDMJ confirm-within 10m'],
  parameters,
  async run(values, context) {
    const { client, signal } = context;
    const input = inputOf(await resolveRelease(client, values.release, signal), values);
    return carryOut(context, {
      plan: () => client.promotionPlan(input, signal),
      lines: (plan, screen) => promotionPlanLines(plan, screen, 'without steps'),
      begin: () => client.promote(input, signal),
    });
  },
});

export const showPromotionPlan = command({
  words: ['show', 'promotion', 'plan'],
  summary: "What bringing an earlier release back with today's data would do; changes nothing",
  about: 'The settings that change, what happens to the data, the downtime to expect, and the steps.',
  effect: 'looks',
  examples: ['show promotion plan RHKOIXXVDMJ'],
  parameters,
  async run(values, { client, output, signal, nowMs, answer }) {
    const input = inputOf(await resolveRelease(client, values.release, signal), values);
    const screen = { width: output.width, nowMs: nowMs(), paint: output.paint };
    return answer(
      await client.promotionPlan(input, signal),
      (plan) => promotionPlanLines(plan, screen, 'with steps'),
      ({ obstacles, source }) =>
        obstacles.length === 0 ? [{ purpose: 'To do it', line: `promote release ${source.release}` }] : [],
    );
  },
});

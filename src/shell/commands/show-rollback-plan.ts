import { command } from '../command.ts';
import { earlierRelease } from '../release-kinds.ts';
import { resolveRelease } from '../resolve-release.ts';
import { rollbackPlanLines } from '../views/rollback-plan.ts';

export const showRollbackPlan = command({
  words: ['show', 'rollback', 'plan'],
  summary: 'What a rollback would give up; changes nothing',
  about: 'The files and settings changed since, the downtime to expect, and the steps.',
  effect: 'looks',
  examples: ['show rollback plan', 'show rollback plan RHKOIXXVDMJ'],
  parameters: [
    { name: 'release', kind: earlierRelease, help: 'The release to go to', optional: true },
    { name: 'legacy', flag: true, help: "By the vendor's own procedure" },
  ],
  async run(values, { client, output, signal, nowMs, answer }) {
    const release = values.release === undefined ? undefined : await resolveRelease(client, values.release, signal);
    const screen = { width: output.width, nowMs: nowMs(), paint: output.paint };
    return answer(
      await client.rollbackPlan(
        { ...(release === undefined ? {} : { release }), ...(values.legacy ? { legacy: true } : {}) },
        signal,
      ),
      (plan) => rollbackPlanLines(plan, screen, 'in full'),
      ({ obstacles, to }) =>
        obstacles.length === 0
          ? [{ purpose: 'To do it', line: `rollback system ${to.release === null ? 'legacy' : `to ${to.release}`}` }]
          : [],
    );
  },
});

import { carryOut } from '../carry-out.ts';
import { command } from '../command.ts';
import { earlierRelease } from '../release-kinds.ts';
import { resolveRelease } from '../resolve-release.ts';
import { rollbackPlanLines } from '../views/rollback-plan.ts';

export const rollbackSystem = command({
  words: ['rollback', 'system'],
  summary: 'Go back to the version before, with its data',
  about:
    'Shows what changed since, asks, stops what runs and starts the earlier release on its own data. What is left is ' +
    'kept: rolling back to it returns there, with the data written since. With legacy, and from the versions that the ' +
    "manifest says it of, the vendor's own procedure is carried out instead, on a copy of each node's data.",
  effect: 'changes',
  examples: ['rollback system', 'rollback system to RHKOIXXVDMJ', 'rollback system legacy'],
  parameters: [
    {
      name: 'release',
      kind: earlierRelease,
      help: 'The release to go to',
      optional: true,
      after: { word: 'to', help: 'Choose the release' },
    },
    { name: 'legacy', flag: true, help: "By the vendor's own procedure" },
  ],
  async run(values, context) {
    const { client, signal } = context;
    const release = values.release === undefined ? undefined : await resolveRelease(client, values.release, signal);
    const input = { ...(release === undefined ? {} : { release }), ...(values.legacy ? { legacy: true } : {}) };
    return carryOut(context, {
      plan: () => client.rollbackPlan(input, signal),
      lines: (plan, screen) => rollbackPlanLines(plan, screen, 'in short'),
      begin: () => client.rollback(input, signal),
    });
  },
});

import { carryOut } from '../carry-out.ts';
import { command } from '../command.ts';
import type { Context } from '../context.ts';
import { ALL_ORPHANED, serviceEngine } from '../engine-kinds.ts';
import { type ExitCode, exitCode } from '../failure.ts';
import { followJob } from '../live/follow-job.ts';
import { changePlanLines } from '../views/change.ts';
import { orphanDeletionLines } from '../views/service-engines.ts';

export const deleteServiceEngine = command({
  words: ['delete', 'serviceengine'],
  summary: 'Be without a service engine',
  about:
    'Asks first. One that runs is turned off, in a new release that does not have it: its container stays, and rollback ' +
    'system returns to it. Of one that a rollback has left behind (orphaned) the container is removed; with orphaned ' +
    'instead of a name, those of all of them. Going back to a release that has it makes it anew.',
  effect: 'changes',
  examples: ['delete serviceengine agent-3', 'delete serviceengine orphaned'],
  parameters: [{ name: 'name', kind: serviceEngine, help: `The service engine, or ${ALL_ORPHANED} for all such` }],
  async run({ name }, context) {
    const { client, signal } = context;
    const engines = await client.serviceEngines(signal);
    const state = engines.find((each) => each.name === name)?.state;
    if (state === 'orphaned') return deleteOrphans(context, name);
    if (state === undefined && name === ALL_ORPHANED) return deleteOrphans(context);
    return carryOut(context, {
      plan: () => client.engineRemovalPlan(name, signal),
      lines: changePlanLines,
      begin: () => client.removeServiceEngine(name, signal),
    });
  },
});

async function deleteOrphans(context: Context, name?: string): Promise<ExitCode> {
  const { client, output, confirm, signal } = context;
  const deletion = await client.orphanDeletion(name, signal);
  if (!(await confirm(orphanDeletionLines(deletion, output)))) return exitCode.refused;
  return followJob(context, await client.deleteOrphans(name, signal));
}

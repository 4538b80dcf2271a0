import { command } from '../command.ts';
import { exitCode } from '../failure.ts';
import { snapshot } from '../kinds.ts';
import { followJob } from '../live/follow-job.ts';
import { deletionLines } from '../views/snapshots.ts';

export const deleteSnapshot = command({
  words: ['delete', 'snapshot'],
  summary: 'Delete a snapshot for good',
  about: 'Says what cannot be gone back to without it, and asks. The data that is in use is never deleted.',
  effect: 'changes',
  examples: ['delete snapshot SPQXVNXFGXU'],
  parameters: [{ name: 'snapshot', kind: snapshot, help: 'The snapshot' }],
  async run(values, context) {
    const { client, output, signal, nowMs, confirm } = context;
    const found = await client.snapshot(values.snapshot, signal);
    const screen = { width: output.width, nowMs: nowMs(), paint: output.paint };
    if (!(await confirm(deletionLines(found, screen)))) return exitCode.refused;
    return followJob(context, await client.deleteSnapshot(found.id, signal));
  },
});

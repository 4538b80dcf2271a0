import { command } from '../command.ts';
import { exitCode } from '../failure.ts';
import { followJob } from '../live/follow-job.ts';
import { requireNoObstacle } from '../obstacles.ts';
import { earlierRelease } from '../release-kinds.ts';
import { resolveRelease } from '../resolve-release.ts';
import { releaseDeletionLines } from '../views/release-deletion.ts';

export const deleteRelease = command({
  words: ['delete', 'release'],
  summary: 'Remove the containers of a release that was left',
  about:
    'Says what is given up, and asks. The record of the release and its data stay: rolling back to it makes the ' +
    'containers again. What runs is never removed. To give up the data as well: delete snapshot',
  effect: 'changes',
  examples: ['delete release RHKOIXXVDMJ'],
  parameters: [{ name: 'release', kind: earlierRelease, help: 'The release whose containers go' }],
  async run(values, context) {
    const { client, output, signal, nowMs, confirm } = context;
    const id = await resolveRelease(client, values.release, signal);
    const deletion = await client.releaseDeletion(id, signal);
    requireNoObstacle(deletion);
    const screen = { width: output.width, nowMs: nowMs(), paint: output.paint };
    if (!(await confirm(releaseDeletionLines(deletion, screen)))) return exitCode.refused;
    return followJob(context, await client.deleteRelease(id, signal));
  },
});
